"""Exponential decay: PyTorch multiplies at each step.

Its factor for one step is an elementary function, whose error enters every time.
"""

import math

from tests.reference.golden.counterparts.schedules import longest, rates


def depth(operation, arrays):
    return (8 + 1) * longest(arrays) + 8


def answer(torch, operation, arrays):
    factor = operation.decay
    if operation.form == "natural":
        factor = math.exp(-operation.decay)
    path = rates(
        torch,
        operation,
        longest(arrays),
        lambda held: torch.optim.lr_scheduler.ExponentialLR(
            held, gamma=factor ** (1 / operation.every)
        ),
    )
    return {"rate": path[arrays["step"]]}
