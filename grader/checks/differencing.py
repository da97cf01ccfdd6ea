"""Tell by its numbers a gradient that was measured and not derived.

A difference of two values of forward, divided by a small step, carries the rounding of
these values divided by the step: its last digits are noise far above double precision,
and below what arithmetic in single precision leaves. A slip such as an added epsilon
is off by as little, but smoothly: everywhere to the same side.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from grader.checks.compare import Expected, compare, largest
from grader.contract.messages import Array

# In conditioned ulps. Right code stays below 2**6, single precision above 2**27.
EXACT = 2.0**10
NOISY, SINGLE = 2.0**15, 2.0**26
# Of the entries that are off, this share at least is too large, and too small.
EITHER_SIDE = 0.15
FEWEST_ENTRIES = 6

Seen = tuple[Mapping[str, Expected], Mapping[str, Array]]


def measured(
    seen: Sequence[Seen], outputs: Sequence[str], gradients: Sequence[str]
) -> list[str]:
    """Return which gradients look measured, in every one of several answers.

    Parameters
    ----------
    seen
        Right and given arrays of each answer. Their outputs must be exact.
    """
    exact = all(
        name in got and _distance(right[name], got[name]) <= EXACT
        for right, got in seen
        for name in outputs
    )
    if not exact or not seen:
        return []
    return [
        name
        for name in gradients
        if all(name in got and _is_noise(right[name], got[name]) for right, got in seen)
    ]


def _distance(right: Expected, got: Array) -> float:
    return compare(right, got).distance


def _is_noise(right: Expected, got: Array) -> bool:
    if got.dtype != np.float64 or got.shape != right.value.shape:
        return False
    if not NOISY <= _distance(right, got) <= SINGLE:
        return False
    error = (got - right.value) * np.sign(right.value)
    off = error[np.abs(error) > largest(error) / 64]
    above = np.count_nonzero(off > 0)
    return bool(
        off.size >= FEWEST_ENTRIES
        and EITHER_SIDE <= above / off.size <= 1 - EITHER_SIDE
    )
