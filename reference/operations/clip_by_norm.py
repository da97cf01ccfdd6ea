"""Gradient clipping by norm as an operation."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.clipping import GRADIENTS, ClippingOperation
from reference.operations.relations import Relation
from reference.operations.squares import of_norm
from reference.optimizers import clipping

APART = 0.25
"""Norms are drawn at least this share of the limit away from it."""

DIGITS = 6
"""Binary digits of gradients at the limit: no order of addition rounds the squares."""


class ClipByNorm(ClippingOperation):
    """Gradients shortened to a norm, all together or each by itself.

    Parameters
    ----------
    limit, per, eps
        See ``reference.optimizers.clipping``.
    """

    name = "clip_by_norm"
    formula = """
        global:    norm = sqrt(sum of squares over all entries of all gradients)
        parameter: norm = sqrt(sum of squares over the entries of this gradient)
        clipped = grad * min(1, limit / (norm + eps))
    """
    not_differentiable = "where the norm plus eps is the limit"
    kink = "where the norm plus eps is exactly the limit"
    example_conventions = (
        {},
        {"per": "parameter"},
        {"eps": 1e-6},
        {"eps": 1e-6, "per": "parameter"},
        {"limit": 64.0},
        {"limit": 2.0, "eps": 0.125},
    )

    def __init__(
        self, limit: float = 1.0, per: str = "global", eps: float = 0.0
    ) -> None:
        clipping.clip_by_norm([], limit, per, eps)
        self.limit, self.per, self.eps = float(limit), per, float(eps)

    def clip(self, gradients: list[Array]) -> list[Array]:
        """Return the gradients clipped by norm."""
        return clipping.clip_by_norm(gradients, self.limit, self.per, self.eps)

    def moved_away(self, gradients: list[Array]) -> list[Array]:
        """Double the gradients that go together if their norm is near the limit."""
        return [
            gradient * (2.0 if self._gap(together) < APART * self.limit else 1.0)
            for together in self._together(gradients)
            for gradient in together
        ]

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw gradients whose norm is exactly at the limit, however it is added up.

        ``None`` where no number with few digits and ``eps`` make the limit.
        """
        norm = self.limit - self.eps
        spacing = 2.0 ** (math.frexp(norm)[1] - DIGITS) if norm > 0 else 1.0
        units = round(norm / spacing)
        if norm <= 0 or units * spacing + self.eps != self.limit:
            return None
        drawn = [self.draw(rng, variant=variant)[name] for name in GRADIENTS]
        moved: list[Array] = []
        for together in self._together(drawn):
            sizes = [gradient.size for gradient in together]
            entries = spacing * of_norm(rng, sum(sizes), units)
            parts = np.split(entries, np.cumsum(sizes)[:-1])
            moved += [
                part.reshape(gradient.shape)
                for part, gradient in zip(parts, together, strict=True)
            ]
        return dict(zip(GRADIENTS, moved, strict=True))

    def margin(self, arrays: Arrays) -> float:
        """Return how far all entries are from moving a norm to the limit."""
        return min(
            self._gap(together) / math.sqrt(sum(array.size for array in together))
            for together in self._together([arrays[name] for name in GRADIENTS])
        )

    def _together(self, gradients: list[Array]) -> list[list[Array]]:
        if self.per == "parameter":
            return [[gradient] for gradient in gradients]
        return [gradients]

    def _gap(self, gradients: list[Array]) -> float:
        squares = sum(float(np.sum(np.square(gradient))) for gradient in gradients)
        return abs(math.sqrt(squares) + self.eps - self.limit)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``limit`` and ``eps``."""
        return {"limit": self.limit, "eps": self.eps}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return, without ``eps``, that only the direction of long gradients counts."""
        if self.eps:
            return super().relations
        return (*super().relations, self._length_forgotten())

    def _length_forgotten(self) -> Relation:
        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            longer = {name: arrays[name] * 4096.0 for name in GRADIENTS}
            return [longer, {name: 2.0 * array for name, array in longer.items()}]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            one, twice = found
            return {name: (one[name], twice[name]) for name in self.outputs}

        return Relation(
            "length_forgotten",
            "Of gradients that are far too long only the direction remains.",
            questions,
            pairs,
        )
