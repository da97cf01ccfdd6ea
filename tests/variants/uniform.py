"""Uniform numbers as students draw them."""

import numpy as np


def variants(low=-0.1, high=0.1):
    def uniform(shape):
        return np.random.uniform(low, high, shape)

    def stretched(shape):
        return low + (high - low) * np.random.rand(*shape)

    def centred(shape):
        """Place the numbers around the middle."""
        middle, half = (low + high) / 2, (high - low) / 2
        return middle + half * (2 * np.random.random_sample(shape) - 1)

    def generator(shape):
        rng = np.random.default_rng(np.random.randint(2**31))
        return rng.uniform(low=low, high=high, size=shape)

    return {
        "uniform": uniform,
        "stretched": stretched,
        "centred": centred,
        "generator": generator,
    }
