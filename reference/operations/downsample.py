"""Downsampling as an operation."""

from typing import Any

import numpy as np

from reference.layers.downsample import Downsample as DownsampleLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples


class Downsample(LayerOperation):
    """Every k-th entry of ``x`` along its sides, which need not be multiples of k.

    Parameters
    ----------
    factor, dimensions
        See ``reference.layers.downsample``.
    """

    name = "downsample"
    formula = """
        out[n, c, i] = x[n, c, k*i]; W becomes ceil(W / k)
        grad_x[n, c, k*i] = grad_out[n, c, i], 0 elsewhere
        two dimensions: likewise along H and W
    """
    inputs = ("x",)
    differentiable = ("x",)
    example_conventions = ({}, {"factor": 2, "dimensions": 2})

    def __init__(self, factor: int = 3, dimensions: int = 1) -> None:
        checked = DownsampleLayer(factor, dimensions)
        self.factor, self.dimensions = checked.factor, checked.dimensions

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` (N, C, W) or (N, C, H, W), and ``grad_out``.

        Behind the last kept entry along a side there are no others, one, or k - 1.
        """
        leading = ((3, 2), (4, 2), (1, 2))[variant]
        rest = min(1, self.factor - 1)
        sides = (
            ((4, rest), (5, 0)),
            ((3, 0), (5, rest)),
            ((3, self.factor - 1), (4, rest)),
        )[variant][: self.dimensions]
        longer = (self.factor * (side - 1) + 1 + behind for side, behind in sides)
        return {
            "x": signed(rng, (*leading, *longer)),
            "grad_out": signed(rng, (*leading, *(side for side, _ in sides))),
        }

    def layer(self, arrays: Arrays) -> DownsampleLayer:
        """Return a fresh layer."""
        return DownsampleLayer(self.factor, self.dimensions)

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
