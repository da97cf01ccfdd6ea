"""Nesterov: three products and two sums for the velocity and its use, and the update.

PyTorch has the rewritten form. For gradients that are given, the other one is plain
momentum.
"""

from tests.reference.golden.counterparts import follow


def depth(operation, arrays):
    return 7 * len(arrays["grad_weight"])


def answer(torch, operation, arrays):
    return follow(
        torch,
        operation,
        arrays,
        lambda held: torch.optim.SGD(
            held,
            lr=operation.lr,
            momentum=operation.momentum,
            nesterov=operation.form == "rewritten",
        ),
    )
