"""Xavier's rule as students write it; ``c`` holds the settings."""

import math
from functools import partial
from types import SimpleNamespace

import numpy as np


def fans(shape, c):
    """Return the numbers of inputs and of outputs of a unit."""
    if c.weight == "kernel":
        area = math.prod(shape[2:])
        return shape[1] * area, shape[0] * area
    return tuple(shape) if c.layout == "in_out" else (shape[1], shape[0])


def textbook(shape, c):
    """Compute a standard deviation."""
    fan_in, fan_out = fans(shape, c)
    below = fan_in if c.variance == "1/in" else fan_in + fan_out
    above = 2 if c.variance == "2/(in+out)" else 1
    factor = {"tanh": 5 / 3, "relu": 2**0.5}.get(c.gain, 1)
    std = factor * np.sqrt(above / below)
    if c.distribution == "normal":
        return np.random.normal(0, std, shape)
    return np.random.uniform(-std * np.sqrt(3), std * np.sqrt(3), shape)


def glorot(shape, c):
    """Start from the bound with a 6 and shrink it where it must be."""
    fan_in, fan_out = fans(shape, c)
    limit = np.sqrt(6.0 / (fan_in + fan_out))
    if c.variance == "1/(in+out)":
        limit = limit / np.sqrt(2.0)
    elif c.variance == "1/in":
        limit = np.sqrt(3.0 / fan_in)
    limit *= {"tanh": 5.0 / 3.0, "relu": np.sqrt(2.0)}.get(c.gain, 1.0)
    if c.distribution == "uniform":
        return limit * (2.0 * np.random.random_sample(shape) - 1.0)
    return limit / np.sqrt(3.0) * np.random.standard_normal(shape)


def mean_fan(shape, c):
    """Divide by an average of fans; add up uniform numbers for normal ones."""
    fan_in, fan_out = fans(shape, c)
    fan = {
        "2/(in+out)": 0.5 * (fan_in + fan_out),
        "1/(in+out)": fan_in + fan_out,
        "1/in": fan_in,
    }[c.variance]
    squared_gain = {"tanh": 25 / 9, "relu": 2.0}.get(c.gain, 1.0)
    count = 12 if c.distribution == "normal" else 1
    # The sum of n uniform numbers on (0, 1) has the variance n/12.
    unit = sum(np.random.rand(*shape) - 0.5 for _ in range(count))
    return unit * (12 / count * squared_gain / fan) ** 0.5


USUAL = {
    "variance": "2/(in+out)",
    "distribution": "normal",
    "gain": "linear",
    "layout": "in_out",
    "weight": "matrix",
}


def variants(**conventions):
    c = SimpleNamespace(**USUAL | conventions)
    parts = {"textbook": textbook, "glorot": glorot, "mean_fan": mean_fan}
    return {name: partial(part, c=c) for name, part in parts.items()}
