"""Weights of the size of one over the root of the fan-in as students draw them."""

import math
from functools import partial

import numpy as np


def textbook(shape, distribution="uniform", layout="in_out", weight="matrix"):
    """Take the fan-in by the layout."""
    if weight == "kernel":
        fan_in = np.prod(shape[1:])
    else:
        fan_in = shape[0] if layout == "in_out" else shape[1]
    size = fan_in**-0.5
    if distribution == "normal":
        return np.random.normal(0.0, size, shape)
    return np.random.uniform(-size, size, shape)


def units(shape, layout="in_out", weight="matrix", distribution="uniform"):
    """Draw the weights of each unit by themselves."""
    by_rows = weight == "kernel" or layout == "out_in"
    count = shape[0] if by_rows else shape[-1]
    inputs = shape[1:] if by_rows else shape[:-1]
    draw = np.random.randn if distribution == "normal" else signed
    rows = [draw(*inputs) / math.sqrt(math.prod(inputs)) for _ in range(count)]
    return np.stack(rows, axis=0 if by_rows else -1)


def signed(*lengths):
    """Draw a size up to 1 and a sign."""
    return np.random.rand(*lengths) * np.random.choice([-1.0, 1.0], lengths)


def rescaled(shape, distribution="uniform", layout="in_out", weight=None):
    """Draw numbers of variance 1 first."""
    m = shape[1] * math.prod(shape[2:])
    if layout == "in_out" and len(shape) == 2:
        m = shape[0]
    if distribution == "normal":
        unit, variance = np.random.standard_normal(shape), 1 / m
    else:
        unit = math.sqrt(12) * (np.random.random(shape) - 0.5)
        variance = 1 / (3 * m)
    return unit * variance**0.5


def variants(**conventions):
    parts = {"textbook": textbook, "units": units, "rescaled": rescaled}
    return {name: partial(part, **conventions) for name, part in parts.items()}
