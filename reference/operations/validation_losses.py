"""Validation losses for the operations that watch for stagnation."""

import math

import numpy as np

from reference.arrays import require_floats
from reference.errors import ShapeError
from reference.operations.base import Array
from reference.operations.draws import GRID
from reference.schedules.stagnation import Stagnation

APART = 2.0**-5
"""How far each drawn loss is from the bound it is compared with, at least."""

SMALLEST = 0.25
"""No loss is drawn below this."""


def falling_then_flat(
    rng: np.random.Generator, length: int, stagnation: Stagnation
) -> Array:
    """Draw positive losses that fall, then hardly improve, then do not.

    In the second part each loss is lower than the best one by too little to count,
    until patience would end: then one is lower by just enough. So a forgotten or
    misread threshold shows, and so does a count that is not set back. The last part
    goes up and down, so that a comparison with the previous loss shows.

    Parameters
    ----------
    stagnation
        A fresh one; it says with which bound each loss will be compared.
    """
    losses = np.empty(length)
    falling = rng.integers(2, 5)
    end = length // 2 + rng.integers(-1, 3)
    for epoch in range(length):
        tail = epoch - end
        if epoch < falling:
            loss = _much_better(rng, stagnation)
        elif tail > 0:
            loss = _worse(rng, stagnation, high=tail % 2 == 1)
        elif tail < 0 and stagnation.waited == stagnation.allowed:
            loss = _barely_better(rng, stagnation)
        else:
            loss = _almost_better(rng, stagnation)
        losses[epoch] = round(loss / GRID) * GRID
        stagnation.improves(losses[epoch])
    return losses


def _much_better(rng: np.random.Generator, stagnation: Stagnation) -> float:
    if math.isinf(stagnation.best):
        return rng.uniform(8.0, 9.0)
    return _unless_small(rng, stagnation, stagnation.bound * rng.uniform(0.8, 0.9))


def _barely_better(rng: np.random.Generator, stagnation: Stagnation) -> float:
    loss = stagnation.bound - rng.uniform(APART, 3 * APART)
    return _unless_small(rng, stagnation, loss)


def _unless_small(
    rng: np.random.Generator, stagnation: Stagnation, loss: float
) -> float:
    """Return a worse loss instead where a large threshold asks for too much."""
    return loss if loss > SMALLEST else _worse(rng, stagnation, high=False)


def _almost_better(rng: np.random.Generator, stagnation: Stagnation) -> float:
    room = stagnation.best - stagnation.bound - APART
    if room < APART:
        return _worse(rng, stagnation, high=False)
    loss = stagnation.bound + APART + min(room, APART) * rng.uniform(0.0, 0.9)
    return _unless_small(rng, stagnation, loss)


def _worse(rng: np.random.Generator, stagnation: Stagnation, *, high: bool) -> float:
    above = 0.75 if high else 0.25
    return stagnation.best + above + rng.uniform(0.0, 0.25)


def distance(losses: Array, stagnation: Stagnation) -> float:
    """Return how little the losses may move before one of them counts otherwise.

    Both sides of a comparison are losses, so half of the smallest difference.
    """
    smallest = math.inf
    for loss in losses:
        smallest = min(smallest, abs(float(loss) - stagnation.bound))
        stagnation.improves(float(loss))
    return smallest / 2


def require_losses(owner: str, losses: Array) -> None:
    """Raise unless ``losses`` are real numbers along one axis, at least one.

    Raises
    ------
    DtypeError, NonFiniteError
        If they are not finite floating-point numbers.
    ShapeError
        If there are none, or along several axes.
    """
    require_floats(owner, "losses", losses)
    if losses.ndim != 1 or not losses.size:
        raise ShapeError(f"{owner}: losses must be (T,), got {losses.shape}")
