"""Masks and scores for the operations of attention."""

import numpy as np

from reference.operations.base import Array, Arrays


def permission(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw a mask in whose rows some keys are open and some closed."""
    mask = rng.random(shape) < 0.5
    mask[..., 0], mask[..., 1] = True, False
    return rng.permuted(mask, axis=-1)


def far_scores(arrays: Arrays) -> dict[str, Array]:
    """Return inputs with scores beyond 1000 and -1000 in all examples but the first.

    The keys of an example lie far out in one direction and far from each other, so
    that each query has one key whose score exceeds the rest by far: no weight there
    depends on the digits that scores of this size have lost.
    """
    key = arrays["key"].copy()
    examples, keys, _ = key.shape
    far = 4000.0 + 400.0 * np.arange(keys)
    signs = np.resize([0.0, 1.0, -1.0], (examples, 1))
    key[:, :, 0] += signs * far
    return {**arrays, "key": key}
