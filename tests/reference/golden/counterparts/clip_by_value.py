"""Clipping by value rounds nothing."""


def depth(operation, arrays):
    return 1


def answer(torch, operation, arrays):
    held = []
    for array in arrays.values():
        parameter = torch.nn.Parameter(torch.zeros(array.shape, dtype=torch.float64))
        parameter.grad = torch.tensor(array)
        held.append(parameter)
    torch.nn.utils.clip_grad_value_(held, operation.limit)
    gradients = [parameter.grad for parameter in held]
    return dict(zip(operation.outputs, gradients, strict=True))
