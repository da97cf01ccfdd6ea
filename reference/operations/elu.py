"""The exponential linear unit as an operation."""

from typing import Any

import numpy as np

from reference.layers.elu import ELU as ELULayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation
from reference.operations.subgradients import KinkAtZero


class ELU(KinkAtZero, ActivationOperation):
    """``x`` or ``alpha * (exp(x) - 1)``, drawn at least 1/16 away from the kink.

    The default is not the usual ``alpha = 1``, under which a forgotten factor would not
    be seen.

    Parameters
    ----------
    alpha
        See ``reference.layers.elu``.
    """

    name = "elu"
    formula = """
        out = x where x > 0, alpha * (exp(x) - 1) elsewhere
        grad_x = grad_out where x > 0, grad_out * alpha * exp(x) elsewhere
    """
    not_differentiable = "where x is 0, unless alpha is 1"
    example_conventions = ({}, {"alpha": 1.0})

    def __init__(self, alpha: float = 0.75) -> None:
        self.alpha = ELULayer(alpha).alpha

    def layer(self, arrays: Arrays) -> ELULayer:
        """Return a fresh layer."""
        return ELULayer(self.alpha)

    def left_slope(self, arrays: Arrays) -> float:
        """Return ``alpha``, which is 1 where there is no kink."""
        return self.alpha

    def margin(self, arrays: Arrays) -> float:
        """Return the smallest magnitude in ``x``; without a kink there is no limit."""
        return np.inf if self.alpha == 1 else float(np.min(np.abs(arrays["x"])))

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``alpha``."""
        return {"alpha": self.alpha}
