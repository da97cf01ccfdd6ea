"""The cosine schedule.

PyTorch goes from one rate to the next by a quotient of cosines, 4 roundings on the
rate above the minimum, besides two cosines. On the way up from the minimum the first
rate is the smallest, and its error grows with the rates after it.
"""

import math

import numpy as np

from tests.reference.golden.counterparts.schedules import longest, rates


def depth(operation, arrays):
    growth = 1.0
    if operation.after == "rise":
        growth = 2 / (1 - math.cos(math.pi / operation.steps))
    return (4 + 2 * 8) * longest(arrays) * growth


def answer(torch, operation, arrays):
    steps = arrays["step"]
    length = longest(arrays)
    if operation.after == "hold":
        steps = np.minimum(steps, operation.steps)
        length = operation.steps + 1
    schedulers = torch.optim.lr_scheduler
    if operation.after == "restart":
        path = rates(
            torch,
            operation,
            length,
            lambda held: schedulers.CosineAnnealingWarmRestarts(
                held, operation.steps, eta_min=operation.minimum
            ),
        )
    else:
        path = rates(
            torch,
            operation,
            length,
            lambda held: schedulers.CosineAnnealingLR(
                held, operation.steps, eta_min=operation.minimum
            ),
        )
    return {"rate": path[steps]}
