"""Plain gradient descent: a product and a sum at each step, and as many for a decay.

``csu`` is a coupled decay of strength 1.
"""

from tests.reference.golden.counterparts import follow

STRENGTH = {"none": 0.0, "csu": 1.0}


def depth(operation, arrays):
    return (2 if operation.decay == "none" else 4) * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    strength = STRENGTH.get(operation.decay, operation.weight_decay)
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.SGD(held, lr=operation.lr, weight_decay=strength),
    )
