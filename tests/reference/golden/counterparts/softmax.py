"""Softmax: a shift, exp, a sum and a quotient; products, a sum, and two more."""


def depth(operation, arrays):
    length = arrays["x"].shape[operation.axis]
    return 1 + 8 + length + 1 + 1 + length + 2


def forward(torch, operation, tensors):
    return torch.softmax(tensors["x"], operation.axis)
