"""The sigmoid linear unit: the derivative of a sigmoid, two products and a sum."""


def depth(operation, arrays):
    return 12 + 3


def forward(torch, operation, tensors):
    return torch.nn.functional.silu(tensors["x"])
