"""Plain gradient descent: a product and a sum at each step."""

from tests.reference.golden.counterparts import follow


def depth(operation, arrays):
    return 2 * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch, operation, arrays, lambda held: torch.optim.SGD(held, lr=operation.lr)
    )
