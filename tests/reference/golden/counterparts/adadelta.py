"""Adadelta: 4 roundings for each average, 2 for each root, and 4 for the step."""

from tests.reference.golden.counterparts import follow


def depth(operation, arrays):
    return (2 * 4 + 2 * 2 + 4) * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.Adadelta(
            held, lr=operation.lr, rho=operation.decay_rate, eps=operation.eps
        ),
    )
