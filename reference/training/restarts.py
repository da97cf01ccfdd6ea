"""Random restarts: train from several starts and keep the best."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

Model = TypeVar("Model")


@dataclass(frozen=True, slots=True)
class Restarts(Generic[Model]):
    """What came out of the restarts.

    Parameters
    ----------
    model
        The one with the lowest training error.
    chosen
        Its position among the attempts.
    errors
        The training error of each attempt.
    """

    model: Model
    chosen: int
    errors: Sequence[float]


def random_restarts(
    rng: np.random.Generator,
    restarts: int,
    attempt: Callable[[np.random.Generator], tuple[Model, float]],
) -> Restarts[Model]:
    """Train from ``restarts`` random starts and keep the lowest training error.

    Of equal errors the first wins; an attempt that ends with NaN never does.

    Parameters
    ----------
    attempt
        Makes a model with its own generator, trains it, and returns it with its
        training error. Attempts are independent of how many numbers each one draws.

    Raises
    ------
    ValueError
        If there are no restarts, or every error is NaN.

    References
    ----------
    McGill COMP 451, lecture 22; CMU 10-301/601, lecture 14.

    Examples
    --------
    >>> def attempt(rng):
    ...     x = rng.normal()
    ...     return x, x**2
    >>> best = random_restarts(np.random.default_rng(0), 5, attempt)
    >>> best.model**2 == min(best.errors)
    True
    """
    if restarts < 1:
        raise ValueError(
            f"random_restarts: restarts must be at least 1, got {restarts}"
        )
    models, errors = zip(*(attempt(own) for own in rng.spawn(restarts)), strict=True)
    if all(math.isnan(error) for error in errors):
        raise ValueError("random_restarts: an error must be a number, got NaN only")
    chosen = int(np.nanargmin(errors))
    return Restarts(models[chosen], chosen, errors)
