"""Regression data from an affine map that is known."""

from dataclasses import dataclass

import numpy as np

from reference.datasets.labelled import require_counts, require_spread
from reference.protocols import Array


@dataclass(frozen=True, slots=True)
class LinearRegression:
    """Inputs, targets, and the map that made them.

    Parameters
    ----------
    inputs
        (N, D) standard normal.
    targets
        (N, M), ``inputs @ weight + bias`` and noise.
    weight, bias
        (D, M) and (M,).
    """

    inputs: Array
    targets: Array
    weight: Array
    bias: Array


def linear(
    rng: np.random.Generator,
    examples: int = 100,
    features: int = 3,
    outputs: int = 1,
    noise: float = 0.1,
) -> LinearRegression:
    """Draw an affine map, inputs, and targets with normal noise.

    Parameters
    ----------
    noise
        Standard deviation of what is added to each target.

    Raises
    ------
    ValueError
        If a number is below 1, or the noise is negative.

    Examples
    --------
    >>> linear(np.random.default_rng(0), features=5).weight.shape
    (5, 1)
    """
    require_counts("linear", examples=examples, features=features, outputs=outputs)
    require_spread("linear", "noise", noise)
    weight = rng.normal(size=(features, outputs))
    bias = rng.normal(size=outputs)
    inputs = rng.normal(size=(examples, features))
    exact = inputs @ weight + bias
    return LinearRegression(
        inputs, exact + rng.normal(0.0, noise, exact.shape), weight, bias
    )
