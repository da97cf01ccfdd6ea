"""The squared size of the parameters as an operation."""

from reference.operations.penalty import PenaltyOperation
from reference.regularizers.l2_penalty import L2Penalty as L2PenaltyRegularizer


class L2Penalty(PenaltyOperation):
    """Squares of the parameters of two affine layers, summed.

    Parameters
    ----------
    strength, factor, biases, subset, examples
        See ``reference.regularizers.l2_penalty``; ``factor = "half_over_n"`` needs
        ``examples`` as well.
    """

    name = "l2_penalty"
    formula = """
        loss = f * sum of w**2 over all penalised entries w
        grad_weight_0 = 2 * f * weight_0, and so on for each that is penalised
        f = strength (one), strength/2 (half) or strength/(2*examples) (half_over_n)
    """
    degree = 2
    example_conventions = (
        {},
        {"factor": "half", "biases": "included"},
        {"factor": "half_over_n", "examples": 7, "subset": [1]},
        {"biases": "included", "subset": [0]},
    )

    def penalty(self) -> L2PenaltyRegularizer:
        """Return a fresh penalty."""
        return L2PenaltyRegularizer(
            self.strength,
            factor=self.factor,
            biases=self.biases,
            subset=self.subset,
            examples=self.examples,
        )
