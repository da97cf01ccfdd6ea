"""The absolute size of the parameters as an operation."""

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.penalty import PenaltyOperation
from reference.operations.subgradients import between, chosen_places
from reference.regularizers.l1_penalty import L1Penalty as L1PenaltyRegularizer


class L1Penalty(PenaltyOperation):
    """Magnitudes of the parameters of two affine layers, summed.

    Parameters
    ----------
    strength, factor, biases, subset, examples
        See ``reference.regularizers.l1_penalty``; ``factor = "half_over_n"`` needs
        ``examples`` as well.
    """

    name = "l1_penalty"
    formula = """
        loss = f * sum of abs(w) over all penalised entries w
        grad_weight_0 = f * sign(weight_0), and so on for each that is penalised
        f = strength (one), strength/2 (half) or strength/(2*examples) (half_over_n)
    """
    not_differentiable = "where a penalised parameter is 0"
    kink = "where a parameter is exactly 0"
    degree = 1
    example_conventions = (
        {},
        {"factor": "half", "biases": "included"},
        {"factor": "half_over_n", "examples": 7, "subset": [1]},
        {"biases": "included", "subset": [0]},
    )

    def penalty(self) -> L1PenaltyRegularizer:
        """Return a fresh penalty."""
        return L1PenaltyRegularizer(
            self.strength,
            factor=self.factor,
            biases=self.biases,
            subset=self.subset,
            examples=self.examples,
        )

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw parameters of which about a third of the entries are exactly zero."""
        return {
            name: np.where(chosen_places(rng, drawn.shape), 0.0, drawn)
            for name, drawn in self.draw(rng, variant=variant).items()
        }

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got``: at zero, from -f to f."""
        right = self.answer(arrays)[quantity]
        if quantity not in self.gradients:
            return right
        parameter = arrays[self.gradients[quantity]]
        ones = {name: np.ones_like(array) for name, array in arrays.items()}
        slope = self.answer(ones)[quantity]
        return np.where(parameter == 0, between(slope, -slope, got), right)

    def margin(self, arrays: Arrays) -> float:
        """Return the smallest magnitude of a penalised parameter."""
        return float(min(np.min(np.abs(arrays[name])) for name in self.differentiable))
