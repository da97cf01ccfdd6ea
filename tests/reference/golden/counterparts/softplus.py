"""The softplus: an exponential, a logarithm, and a sum."""


def depth(operation, arrays):
    return 8 + 8 + 1


def forward(torch, operation, tensors):
    return torch.nn.functional.softplus(tensors["x"])
