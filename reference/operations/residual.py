"""The sum at the end of a residual block as an operation."""

from collections.abc import Sequence

import numpy as np

from reference.layers.residual import Residual as ResidualLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, always, independent_examples


class Residual(LayerOperation):
    """``x + branch``, two inputs of the same shape."""

    name = "residual"
    formula = """
        out = x + branch
        grad_x = grad_out
        grad_branch = grad_out
    """
    inputs = ("x", "branch")
    differentiable = ("x", "branch")

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``branch`` and ``grad_out``."""
        shape = ((5, 7), (9, 3), (1, 7))[variant]
        return {name: signed(rng, shape) for name in ("x", "branch", "grad_out")}

    def layer(self, arrays: Arrays) -> ResidualLayer:
        """Return a fresh layer."""
        return ResidualLayer()

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what a sum obeys."""

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            return {"gradients": (found[0]["grad_x"], found[0]["grad_branch"])}

        return (
            *super().relations,
            independent_examples((*self.inputs, "grad_out"), self.quantities),
            adjoint(self.inputs),
            always("equal_gradients", "Both gradients are the same.", pairs),
        )
