"""Gradient clipping by value as an operation."""

from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.clipping import GRADIENTS, ClippingOperation
from reference.operations.subgradients import chosen_places
from reference.optimizers import clipping

APART = 2.0**-5
"""Entries are drawn at least this far away from the limit."""


class ClipByValue(ClippingOperation):
    """Gradients with every entry cut to an interval.

    Parameters
    ----------
    limit
        See ``reference.optimizers.clipping``.
    """

    name = "clip_by_value"
    formula = """
        clipped = min(max(grad, -limit), limit)
    """
    not_differentiable = "where an entry is the limit or its negative"
    kink = "where an entry is exactly the limit or its negative"
    example_conventions = ({}, {"limit": 0.5})

    def __init__(self, limit: float = 0.75) -> None:
        clipping.clip_by_value([], limit)
        self.limit = float(limit)

    def clip(self, gradients: list[Array]) -> list[Array]:
        """Return the gradients clipped by value."""
        return clipping.clip_by_value(gradients, self.limit)

    def moved_away(self, gradients: list[Array]) -> list[Array]:
        """Double the entries that are near the limit."""
        return [
            np.where(np.abs(np.abs(array) - self.limit) < APART, 2 * array, array)
            for array in gradients
        ]

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw gradients of which about a third of the entries are at the limit."""
        return {
            name: np.where(
                chosen_places(rng, drawn.shape), np.copysign(self.limit, drawn), drawn
            )
            for name, drawn in self.draw(rng, variant=variant).items()
        }

    def margin(self, arrays: Arrays) -> float:
        """Return how far the nearest entry is from the limit."""
        return min(
            float(np.min(np.abs(np.abs(arrays[name]) - self.limit)))
            for name in GRADIENTS
        )

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``limit``."""
        return {"limit": self.limit}
