"""A sum of two arrays."""


def depth(operation, arrays):
    return 1


def forward(torch, operation, tensors):
    return torch.add(tensors["x"], tensors["branch"])
