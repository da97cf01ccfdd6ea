"""A warm-up before another schedule as students write it; ``c`` holds the settings."""

import math
from functools import partial
from types import SimpleNamespace

import numpy as np


def textbook(step, c):
    """Compute both factors for all steps at once."""
    share = np.minimum(c.start + (1 - c.start) * step / c.steps, 1)
    s = np.maximum(step - c.steps, 0) if c.clock == "restarted" else step
    if c.then == "exponential_decay":
        return share * c.lr * c.decay**s
    if c.then == "cosine":
        angle = np.pi * np.minimum(s, c.length) / c.length
        return share * c.lr / 2 * (1 + np.cos(angle))
    return share * np.full(s.shape, c.lr)


def following(t, c):
    """Return the rate of the other schedule at one step."""
    if c.then == "cosine":
        return c.lr * math.cos(math.pi / 2 * min(t / c.length, 1)) ** 2
    return c.lr * math.exp(t * math.log(c.decay)) if c.then[0] == "e" else c.lr


def scalar(step, c):
    """Branch at the end of the warm-up, one step after the other."""
    rates = np.empty(len(step))
    for at, t in enumerate(step.tolist()):
        own = t if c.clock == "shared" else t - c.steps
        if t >= c.steps:
            rates[at] = following(own, c)
        else:
            rise = (t * 1.0 + (c.steps - t) * c.start) / c.steps
            rates[at] = rise * following(max(own, 0), c)
    return rates


def table(step, c):
    """Write down a table of the rates, part by part."""
    rising = np.linspace(c.start, 1, c.steps + 1)[: c.steps]
    count = np.arange(int(np.max(step)) + 1 + c.steps)
    if c.then == "cosine":
        fall = np.cos(np.linspace(0, np.pi, c.length + 1))
        after = np.append(fall, [fall[-1]] * len(count)) * (c.lr / 2) + c.lr / 2
    else:
        base = 1.0 if c.then == "constant_rate" else c.decay
        after = c.lr * np.power(base, count)
    if c.clock == "shared":
        after[: c.steps] *= rising
        return after[step]
    return np.concatenate([rising * after[0], after])[step]


USUAL = {
    "lr": 0.4,
    "steps": 6,
    "start": 0.25,
    "clock": "restarted",
    "then": "constant_rate",
    "decay": 0.8,
    "length": 7,
}


def variants(**conventions):
    c = SimpleNamespace(**USUAL | conventions)
    parts = {"textbook": textbook, "scalar": scalar, "table": table}
    return {name: partial(part, c=c) for name, part in parts.items()}
