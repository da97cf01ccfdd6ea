"""The step to rows of features as an operation."""

import numpy as np

from reference.layers.flatten import Flatten as FlattenLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples


class Flatten(LayerOperation):
    """(N, C, H, W) or (N, C, W) to (N, K).

    Parameters
    ----------
    dimensions
        1 for x (N, C, W), 2 for (N, C, H, W).
    """

    name = "flatten"
    formula = """
        out[n] = the entries of x[n], the last axis running fastest
        grad_x = grad_out in the shape of x
    """
    inputs = ("x",)
    differentiable = ("x",)
    example_conventions = ({}, {"dimensions": 1})

    def __init__(self, dimensions: int = 2) -> None:
        if type(dimensions) is not int or dimensions not in (1, 2):
            raise ValueError(f"dimensions must be 1 or 2, got {dimensions!r}")
        self.dimensions = dimensions

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` and ``grad_out``."""
        shape: tuple[int, ...] = ((3, 2, 4, 5), (4, 5, 2, 3), (1, 2, 3, 4))[variant]
        shape = shape[: 2 + self.dimensions]
        rows = shape[0], int(np.prod(shape[1:]))
        return {"x": signed(rng, shape), "grad_out": signed(rng, rows)}

    def layer(self, arrays: Arrays) -> FlattenLayer:
        """Return a fresh layer."""
        return FlattenLayer()

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys, and that this one is linear."""
        return (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            adjoint(("x",)),
        )
