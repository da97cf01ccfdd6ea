"""Momentum: PyTorch has one form; two others take the same path at a constant rate."""

from tests.reference.golden.counterparts import follow


def knows(operation):
    return operation.form in ("velocity", "displacement", "accumulated")


def depth(operation, arrays):
    return 5 * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.SGD(
            held, lr=operation.lr, momentum=operation.momentum
        ),
    )
