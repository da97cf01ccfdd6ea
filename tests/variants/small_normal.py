"""Small normal numbers as students draw them."""

import math
import random

import numpy as np


def variants(std=0.01):
    def randn(shape):
        return std * np.random.randn(*shape)

    def normal(shape):
        return np.random.normal(0, std, size=shape)

    def box_muller(shape):
        """Turn uniform numbers into normal ones."""
        radius = np.sqrt(-2 * np.log(1 - np.random.rand(*shape)))
        return std * radius * np.cos(2 * np.pi * np.random.rand(*shape))

    def gauss(shape):
        """Draw one number after the other with the standard library."""
        source = random.Random(int(np.random.randint(2**31)))
        numbers = [source.gauss(0.0, std) for _ in range(math.prod(shape))]
        return np.array(numbers).reshape(shape)

    def generator(shape):
        """Take a generator of its own."""
        rng = np.random.default_rng(np.random.randint(2**31))
        return rng.standard_normal(shape) * std

    return {
        "randn": randn,
        "normal": normal,
        "box_muller": box_muller,
        "gauss": gauss,
        "generator": generator,
    }
