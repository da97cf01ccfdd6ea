"""Dropout with a given mask as an operation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.layers.dropout import Dropout as DropoutLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, always, independent_examples


class Dropout(LayerOperation):
    """Entries of ``x`` dropped where ``mask`` is false, and scaled.

    The mask is an input, so that the answer does not depend on how it is drawn; it has
    no more to do with ``rate`` than the shape of ``x``. In evaluation there is none.
    The default rate is not 1/2, where dropping and keeping are the same.

    Parameters
    ----------
    rate, rate_means, scaling, mode
        See ``reference.layers.dropout``.
    """

    name = "dropout"
    formula = """
        q = 1 - rate, or rate where it means keeping
        inverted:    out = x * mask / q; in evaluation out = x
        test_scaled: out = x * mask;     in evaluation out = x * q
        unscaled:    out = x * mask;     in evaluation out = x
        grad_x = grad_out times the factor of x in out
    """
    differentiable = ("x",)
    example_conventions = (
        {},
        {"rate_means": "keep"},
        {"scaling": "test_scaled"},
        {"scaling": "unscaled"},
        {"mode": "evaluation"},
        {"mode": "evaluation", "scaling": "test_scaled"},
        {"mode": "evaluation", "scaling": "unscaled"},
    )

    def __init__(
        self,
        rate: float = 0.3,
        rate_means: str = "drop",
        scaling: str = "inverted",
        mode: str = "training",
    ) -> None:
        checked = DropoutLayer(rate, rate_means=rate_means, scaling=scaling, mode=mode)
        self.rate, self.rate_means = checked.rate, checked.rate_means
        self.scaling, self.mode = checked.scaling, checked.mode
        self.keep = checked.keep
        self.states = ("mask",) if mode == "training" else ()
        self.inputs = ("x", *self.states)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``grad_out`` and a mask that keeps two thirds of the entries."""
        shape = ((5, 7), (9, 3), (1, 7))[variant]
        arrays = {"x": signed(rng, shape), "grad_out": signed(rng, shape)}
        if self.mode == "training":
            places = rng.permutation(int(np.prod(shape))).reshape(shape)
            arrays["mask"] = places % 3 != 0
        return arrays

    def layer(self, arrays: Arrays) -> DropoutLayer:
        """Return a layer that holds ``mask``, if there is one."""
        layer = DropoutLayer(
            self.rate,
            rate_means=self.rate_means,
            scaling=self.scaling,
            mode=self.mode,
        )
        layer.mask = arrays.get("mask")
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``rate``."""
        return {"rate": self.rate}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys, that this one is linear, and what is zero."""
        batched = (*self.inputs, "grad_out")
        common = (
            *super().relations,
            independent_examples(batched, ("out", "grad_x")),
            adjoint(("x",)),
        )
        if self.mode == "evaluation":
            return common
        sentence = "Where an entry is dropped, out and grad_x are zero."
        return (*common, always("dropped", sentence, _dropped))


def _dropped(
    asked: Sequence[Arrays], found: Sequence[Arrays]
) -> dict[str, tuple[Array, Array]]:
    dropped = ~asked[0]["mask"]
    zeros = np.zeros(np.count_nonzero(dropped))
    return {name: (found[0][name][dropped], zeros) for name in ("out", "grad_x")}
