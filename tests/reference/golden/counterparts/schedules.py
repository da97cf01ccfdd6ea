"""What the counterparts of schedules share; no operation has this name."""

import numpy as np


def rates(torch, operation, length, make):
    """Return the rates of the first ``length`` steps.

    Parameters
    ----------
    make
        Makes the scheduler for an optimizer.
    """
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=operation.lr)
    scheduler = make(optimizer)
    path = []
    for _ in range(length):
        path.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(path)


def longest(arrays):
    """Return how many steps must be taken to see all that are asked about."""
    return int(arrays["step"].max()) + 1
