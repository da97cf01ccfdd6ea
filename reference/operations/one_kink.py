"""Inputs of a network of which one sum in front of a ReLU is exactly 0.

Of several sums at 0, one behind the other, the slopes would be multiplied, and what is
nearest among all their choices is hard to say. With one, the valid gradients lie
between two.
"""

from abc import abstractmethod

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.families import LayerOperation

ENOUGH = 2.0**-7
"""How far from 0 every other sum must be."""


class OneKink(LayerOperation):
    """A network that is asked about with one sum in front of a ReLU at 0."""

    kink = "where one sum in front of ReLU is exactly 0"

    @abstractmethod
    def through_kink(self, arrays: Arrays) -> dict[str, Array]:
        """Return what the gradients gain if the slope at 0 is 1 and not 0.

        A gradient that does not depend on that slope is left out. Empty where no sum
        is at 0.
        """

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got``: one with a slope from 0 to 1."""
        right = self.answer(arrays)[quantity]
        gain = self.through_kink(arrays).get(quantity)
        if gain is None or not gain.any():
            return right
        share = np.sum((got - right) * gain) / np.sum(gain * gain)
        return right + float(np.clip(share, 0.0, 1.0)) * gain


def coarsened(arrays: Arrays, spacing: float) -> dict[str, Array]:
    """Return arrays with all entries moved to the next multiple of ``spacing``."""
    return {name: np.round(array / spacing) * spacing for name, array in arrays.items()}


def is_alone(sums: Array) -> bool:
    """Tell whether one sum is 0 and all others are far enough from it."""
    sizes = np.sort(np.abs(sums), axis=None)
    return bool(sizes[0] == 0.0 and sizes[1] >= ENOUGH)
