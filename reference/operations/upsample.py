"""Upsampling as an operation."""

from typing import Any

import numpy as np

from reference.layers.upsample import Upsample as UpsampleLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples


class Upsample(LayerOperation):
    """Zeros between the entries of ``x``, or each of them repeated.

    Parameters
    ----------
    factor, fill, dimensions
        See ``reference.layers.upsample``.
    """

    name = "upsample"
    formula = """
        zeros:  out[n, c, k*i] = x[n, c, i], 0 elsewhere; W becomes k*(W - 1) + 1
        zeros:  grad_x[n, c, i] = grad_out[n, c, k*i]
        repeat: out[n, c, j] = x[n, c, floor(j/k)]; W becomes k*W
        repeat: grad_x[n, c, i] = sum of grad_out[n, c, k*i + r] over r from 0 to k-1
        two dimensions: likewise along H and W
    """
    inputs = ("x",)
    differentiable = ("x",)
    example_conventions = (
        {},
        {"fill": "repeat"},
        {"factor": 2, "dimensions": 2},
        {"factor": 2, "dimensions": 2, "fill": "repeat"},
    )

    def __init__(
        self, factor: int = 3, fill: str = "zeros", dimensions: int = 1
    ) -> None:
        checked = UpsampleLayer(factor, fill, dimensions)
        self.factor, self.fill = checked.factor, checked.fill
        self.dimensions = checked.dimensions

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` (N, C, W) or (N, C, H, W), and ``grad_out``."""
        shape: tuple[int, ...] = ((3, 2, 5), (4, 2, 7), (1, 2, 4))[variant]
        if self.dimensions == 2:
            shape = ((3, 2, 4, 5), (4, 2, 3, 5), (1, 2, 3, 4))[variant]
        after_last = self.factor - 1 if self.fill == "repeat" else 0
        longer = (self.factor * (side - 1) + 1 + after_last for side in shape[2:])
        return {
            "x": signed(rng, shape),
            "grad_out": signed(rng, (*shape[:2], *longer)),
        }

    def layer(self, arrays: Arrays) -> UpsampleLayer:
        """Return a fresh layer."""
        return UpsampleLayer(self.factor, self.fill, self.dimensions)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``factor``."""
        return {"factor": self.factor}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys, and that this one is linear."""
        return (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            adjoint(("x",)),
        )
