"""Another shape: nothing is rounded."""


def depth(operation, arrays):
    return 0


def forward(torch, operation, tensors):
    return torch.flatten(tensors["x"], start_dim=1)
