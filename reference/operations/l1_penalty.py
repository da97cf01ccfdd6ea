"""The absolute size of the parameters as an operation."""

import numpy as np

from reference.operations.base import Arrays
from reference.operations.penalty import PenaltyOperation
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

    def margin(self, arrays: Arrays) -> float:
        """Return the smallest magnitude of a penalised parameter."""
        return float(min(np.min(np.abs(arrays[name])) for name in self.differentiable))
