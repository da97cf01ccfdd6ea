"""Clipping by norm: a square for each entry, their sum, a root, and the factor.

PyTorch adds 1e-6 to the norm.
"""


def knows(operation):
    return operation.eps == 1e-6


def depth(operation, arrays):
    return sum(array.size for array in arrays.values()) + 6


def answer(torch, operation, arrays):
    held = []
    for array in arrays.values():
        parameter = torch.nn.Parameter(torch.zeros(array.shape, dtype=torch.float64))
        parameter.grad = torch.tensor(array)
        held.append(parameter)
    together = [held] if operation.per == "global" else [[one] for one in held]
    for parameters in together:
        torch.nn.utils.clip_grad_norm_(parameters, operation.limit)
    gradients = [parameter.grad for parameter in held]
    return dict(zip(operation.outputs, gradients, strict=True))
