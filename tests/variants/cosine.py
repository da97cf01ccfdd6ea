"""A cosine schedule as students write it."""

import math
from functools import partial

import numpy as np


def textbook(step, lr=0.4, steps=11, minimum=0.05, after="hold"):
    """Compute the formula for all steps at once."""
    s = {"hold": np.minimum(step, steps), "restart": step % steps, "rise": step}
    wave = 1 + np.cos(np.pi * s[after] / steps)
    return minimum + (lr - minimum) / 2 * wave


def half_angle(step, lr=0.4, minimum=0.05, steps=11, after="hold"):
    """Weigh both ends with the squares of cosine and sine of half the angle."""
    where = np.asarray(step, dtype=float)
    if after == "hold":
        where = where.clip(max=steps)
    if after == "restart":
        where = where - steps * np.floor(where / steps)
    half = where / steps * (np.pi / 2)
    return lr * np.cos(half) ** 2 + minimum * np.sin(half) ** 2


def scalar(step, steps=11, lr=0.4, minimum=0.05, after="hold"):
    """Ask for one step after the other."""
    rates = []
    for t in step:
        if after == "restart":
            while t >= steps:
                t = t - steps
        elif after == "hold" and t > steps:
            t = steps
        middle = (lr + minimum) / 2
        rates.append(middle + (lr - middle) * math.cos(math.pi * t / steps))
    return rates


def variants(**conventions):
    parts = {"textbook": textbook, "half_angle": half_angle, "scalar": scalar}
    return {name: partial(part, **conventions) for name, part in parts.items()}
