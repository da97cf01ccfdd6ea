"""Masks and scores for the operations of attention."""

from collections.abc import Callable

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.directions import steepest
from reference.operations.draws import GRID

Slopes = Callable[[Array, Array], Array]

PEAK = 1500.0
"""Score of the first key, plus or minus, for the flattest query."""


def permission(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw a mask in whose rows some keys are open and some closed."""
    mask = rng.random(shape) < 0.5
    mask[..., 0], mask[..., 1] = True, False
    return rng.permuted(mask, axis=-1)


def far_scores(
    rng: np.random.Generator, arrays: Arrays, slopes: Slopes
) -> dict[str, Array]:
    """Return inputs with scores beyond 1000 and -1000 in all examples but the first.

    The keys of an example lie far out in one direction and far from each other, so
    that each query has one key whose score exceeds the rest by far: no weight there
    depends on the digits that scores of this size have lost. Of many directions it is
    the one in which even the flattest query is steep, and the queries bear half of
    the size: what is left of a gradient that is zero by nature is multiplied by a key
    or a query, so that neither may be larger than it must. The keys differ by as much
    less in all other directions: there larger queries would bring two scores together.

    Parameters
    ----------
    slopes
        By how much the scores of each query, in each head, grow along a direction of
        the keys, ``(query, direction)``.
    """
    query, key = arrays["query"], arrays["key"]
    examples, keys, width = key.shape
    direction, slope = steepest(rng, width, lambda one: slopes(query[1:], one))
    size = np.ceil(np.sqrt(PEAK / slope))
    far = size * (1.0 + np.arange(keys) / 8)
    signs = np.resize([0.0, 1.0, -1.0], (examples, 1, 1))
    sizes = np.where(signs == 0, 1.0, size)
    return {
        **arrays,
        "query": query * sizes,
        "key": np.round(key / sizes / GRID) * GRID + signs * far[:, None] * direction,
    }
