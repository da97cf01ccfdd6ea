"""Adagrad: a square, a sum, a root, eps, the rate, a quotient, and the update."""

from tests.reference.golden.counterparts import follow


def knows(operation):
    return operation.eps_place == "outside"


def depth(operation, arrays):
    return 7 * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.Adagrad(held, lr=operation.lr, eps=operation.eps),
    )
