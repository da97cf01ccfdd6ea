"""Noise on the inputs as an operation."""

from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples
from reference.regularizers.jitter import Jitter as JitterRegularizer


class Jitter(LayerOperation):
    """``x`` plus a given ``noise``.

    The noise is an input, so that the answer does not depend on how it is drawn; it has
    no more to do with ``sigma`` than the shape of ``x``. In evaluation there is none.

    Parameters
    ----------
    sigma, mode
        See ``reference.regularizers.jitter``.
    """

    name = "jitter"
    formula = """
        out = x + noise; in evaluation out = x
        grad_x = grad_out
    """
    differentiable = ("x",)
    example_conventions = ({}, {"mode": "evaluation"})

    def __init__(self, sigma: float = 0.3, mode: str = "training") -> None:
        checked = JitterRegularizer(sigma, mode=mode)
        self.sigma, self.mode = checked.sigma, checked.mode
        self.states = ("noise",) if mode == "training" else ()
        self.inputs = ("x", *self.states)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``noise`` and ``grad_out``, all (N, D)."""
        shape = ((5, 7), (9, 3), (1, 7))[variant]
        return {name: signed(rng, shape) for name in (*self.inputs, "grad_out")}

    def layer(self, arrays: Arrays) -> JitterRegularizer:
        """Return a layer that holds ``noise``, if there is any."""
        layer = JitterRegularizer(self.sigma, mode=self.mode)
        layer.noise = arrays.get("noise")
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``sigma``."""
        return {"sigma": self.sigma}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys and that examples do not meet."""
        batched = (*self.inputs, "grad_out")
        every = independent_examples(batched, ("out", "grad_x"))
        return (*super().relations, every)
