"""Squares of parameters: PyTorch has no such loss, but differentiates the sum."""


def depth(operation, arrays):
    return sum(arrays[name].size for name in operation.differentiable) + 4


def forward(torch, operation, tensors):
    divisor = {"one": 1, "half": 2, "half_over_n": 2 * (operation.examples or 1)}
    total = sum(tensors[name].square().sum() for name in operation.differentiable)
    return operation.strength / divisor[operation.factor] * total
