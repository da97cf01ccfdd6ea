"""Kaiming's rule as students write it; ``c`` holds the settings."""

import math
from functools import partial
from types import SimpleNamespace

import numpy as np

GAINS = {"relu": math.sqrt(2), "linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3}


def textbook(shape, c):
    """Compute a standard deviation, and a bound where the numbers are uniform."""
    if c.weight == "kernel":
        F, C, *kernel = shape
        fans = {"in": C * math.prod(kernel), "out": F * math.prod(kernel)}
    else:
        D, M = shape if c.layout == "in_out" else shape[::-1]
        fans = {"in": D, "out": M}
    std = GAINS[c.gain] / math.sqrt(fans[c.fan])
    if c.distribution == "uniform":
        bound = math.sqrt(3) * std
        return np.random.uniform(-bound, bound, shape)
    return std * np.random.randn(*shape)


def variance(shape, c):
    """Take the fan as the size without the other axis; the variance first."""
    outputs = 0 if c.weight == "kernel" or c.layout == "out_in" else 1
    other = outputs if c.fan == "in" else 1 - outputs
    wanted = {"relu": 2, "tanh": 25 / 9}.get(c.gain, 1) * shape[other] / np.prod(shape)
    if c.distribution == "normal":
        return np.random.normal(scale=np.sqrt(wanted), size=shape)
    return (np.random.rand(*shape) - 0.5) * np.sqrt(12 * wanted)


def measured(shape, c):
    """Count the entries of one unit and draw with a generator."""
    example = np.zeros(shape)
    if c.weight == "kernel":
        unit = example[0] if c.fan == "in" else example[:, 0]
    else:
        is_column = (c.layout == "in_out") == (c.fan == "in")
        unit = example[:, 0] if is_column else example[0]
    rng = np.random.default_rng(np.random.randint(1 << 31))
    scale = GAINS[c.gain] * unit.size**-0.5
    if c.distribution == "normal":
        return rng.normal(0, scale, shape)
    return rng.choice([-1, 1], shape) * rng.random(shape) * 3**0.5 * scale


USUAL = {
    "distribution": "normal",
    "fan": "in",
    "gain": "relu",
    "layout": "in_out",
    "weight": "matrix",
}


def variants(**conventions):
    c = SimpleNamespace(**USUAL | conventions)
    parts = {"textbook": textbook, "variance": variance, "measured": measured}
    return {name: partial(part, c=c) for name, part in parts.items()}
