"""How near a plain recurrent network with ReLU is to one of its kinks."""

from collections.abc import Callable

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.draws import MARGIN

ENOUGH = 2.0**-7
"""Margin that a draw must have. Over a few steps 2**-4 would need too many draws."""


def relu_margin(x: Array, state: Array, arrays: Arrays) -> float:
    """Return how far one input may move, at most ``MARGIN``, without reaching a kink.

    If one entry moves by d, a sum at step t moves by at most ``reach * d``: the moved
    entry is multiplied by a weight, a state, an entry of ``x`` or one, and what the
    state before has moved is multiplied by ``weight_h``.

    Parameters
    ----------
    x, state
        (N, T, D) and the first state (N, H).
    arrays
        Hold the parameters.
    """
    weight_x, weight_h = arrays["weight_x"], arrays["weight_h"]
    spread = float(np.max(np.abs(weight_h).sum(axis=0)))
    factor = max(1.0, float(np.max(np.abs(weight_x))), float(np.max(np.abs(x))))
    reach, margin = 1.0, MARGIN
    for step in range(x.shape[1]):
        sums = x[:, step] @ weight_x + state @ weight_h + arrays["bias"]
        largest = float(np.max(np.abs(state))) + MARGIN * reach
        reach = max(factor, largest) + spread * reach
        margin = min(margin, float(np.min(np.abs(sums))) / reach)
        state = np.maximum(sums, 0.0)
    return margin


def away_from_kinks(
    draw: Callable[[], dict[str, Array]], margin: Callable[[Arrays], float]
) -> dict[str, Array]:
    """Return the first draw whose margin is at least ``ENOUGH``."""
    while margin(arrays := draw()) < ENOUGH:
        pass
    return arrays
