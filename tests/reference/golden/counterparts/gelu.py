"""The Gaussian error linear unit.

Exact: erfc or exp, three operations on the argument before it, and four after it. By
tanh: a power, three operations to u, an exponential or tanh, and eight to the gradient.
"""


def depth(operation, arrays):
    return 3 + 8 + 4 if operation.approximation == "none" else 8 + 3 + 8 + 8


def forward(torch, operation, tensors):
    return torch.nn.functional.gelu(tensors["x"], approximate=operation.approximation)
