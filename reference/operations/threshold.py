"""The threshold of the perceptron as an operation."""

import numpy as np

from reference.layers.threshold import Threshold as ThresholdLayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.multiples import positively_homogeneous
from reference.operations.relations import Relation, independent_examples
from reference.operations.subgradients import chosen_places


class Threshold(LayerOperation):
    """1 or 0 by the sign of each entry; forward only.

    The drawn entries are at least 1/16 away from the jump, so ``value_at_zero`` is not
    seen in them; those of ``extreme`` contain zeros.

    Parameters
    ----------
    value_at_zero
        See ``reference.layers.threshold``.
    """

    name = "threshold"
    formula = """
        out = 1 where x >= 0, 0 elsewhere
    """
    not_differentiable = "where x is 0, a jump; elsewhere the derivative is 0"
    kink = "where x is exactly 0"
    inputs = ("x",)
    example_conventions = ({}, {"value_at_zero": 0.0})

    def __init__(self, value_at_zero: float = 1.0) -> None:
        self.value_at_zero = ThresholdLayer(value_at_zero).value_at_zero

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``; no entry lies within 1/16 of zero."""
        return {"x": signed(rng, ((5, 7), (9, 3), (1, 7))[variant])}

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw ``x`` with entries of exactly zero and near 1000 and -1000."""
        x = self.draw(rng)["x"]
        offset = np.resize([0.0, 1000.0, -1000.0], x.shape)
        return {"x": np.where(offset == 0, 0.0, x + offset)}

    def layer(self, arrays: Arrays) -> ThresholdLayer:
        """Return a fresh layer."""
        return ThresholdLayer(self.value_at_zero)

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw ``x`` with about a third of its entries exactly zero."""
        x = self.draw(rng, variant=variant)["x"]
        return {"x": np.where(chosen_places(rng, x.shape), 0.0, x)}

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got``: at zero, from 0 to 1."""
        right = self.answer(arrays)[quantity]
        return np.where(arrays["x"] == 0, np.clip(got, 0.0, 1.0), right)

    def margin(self, arrays: Arrays) -> float:
        """Return the smallest magnitude of an entry of ``x``."""
        return float(np.min(np.abs(arrays["x"])))

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that examples do not meet and that only signs count."""
        return (
            *super().relations,
            independent_examples(("x",), ("out",)),
            positively_homogeneous((), ("out",)),
        )
