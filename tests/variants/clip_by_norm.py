"""Clipping by the norm as students write it."""

import math
from functools import partial

import numpy as np


def textbook(grad_weight, grad_bias, limit=1.0, per="global", eps=0.0):
    """Take the root of the sum of squares and the smaller of 1 and a quotient."""

    def factor(*grads):
        norm = np.sqrt(sum(np.sum(g**2) for g in grads))
        return min(1.0, limit / (norm + eps))

    if per == "parameter":
        return grad_weight * factor(grad_weight), grad_bias * factor(grad_bias)
    shared = factor(grad_weight, grad_bias)
    return grad_weight * shared, grad_bias * shared


def branches(*grads, limit=1.0, per="global", eps=0.0):
    """Take the norm of norms and divide only what is too long."""
    norms = [np.linalg.norm(g) for g in grads]
    if per == "global":
        norms = [np.linalg.norm(norms)] * len(grads)
    clipped = []
    for g, norm in zip(grads, norms, strict=True):
        is_long = norm + eps > limit
        clipped.append(g / ((norm + eps) / limit) if is_long else g)
    return clipped


def in_place(grad_weight, grad_bias, per="global", limit=1.0, eps=0.0):
    """Shrink the arrays themselves, after an exact sum of plain numbers."""
    arrays = [grad_weight, grad_bias]
    groups = [arrays] if per == "global" else [[array] for array in arrays]
    for group in groups:
        squares = [float(x) * float(x) for array in group for x in array.flat]
        length = math.sqrt(math.fsum(squares)) + eps
        for array in group:
            array *= limit / max(limit, length)
    return arrays


def variants(**conventions):
    parts = {"textbook": textbook, "branches": branches, "in_place": in_place}
    return {name: partial(part, **conventions) for name, part in parts.items()}
