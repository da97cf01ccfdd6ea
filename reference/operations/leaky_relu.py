"""The leaky rectified linear unit as an operation."""

from typing import Any

import numpy as np

from reference.layers.leaky_relu import LeakyReLU as LeakyReLULayer
from reference.operations.base import Arrays
from reference.operations.families import ActivationOperation
from reference.operations.multiples import positively_homogeneous
from reference.operations.relations import Relation
from reference.operations.subgradients import KinkAtZero


class LeakyReLU(KinkAtZero, ActivationOperation):
    """``max(x, 0) + slope * min(x, 0)``, drawn at least 1/16 away from the kink.

    The default slope is not the usual 0.01, so that a slope written into the code is
    seen.

    Parameters
    ----------
    slope, gradient_at_zero
        See ``reference.layers.leaky_relu``.
    """

    name = "leaky_relu"
    formula = """
        out = x where x > 0, slope * x elsewhere
        grad_x = grad_out where x > 0, slope * grad_out elsewhere
    """
    not_differentiable = "where x is 0"
    example_conventions = ({}, {"slope": 0.0, "gradient_at_zero": 1.0})

    def __init__(
        self, slope: float = 0.2, gradient_at_zero: float | None = None
    ) -> None:
        checked = LeakyReLULayer(slope, gradient_at_zero)
        self.slope, self.gradient_at_zero = checked.slope, checked.gradient_at_zero

    def layer(self, arrays: Arrays) -> LeakyReLULayer:
        """Return a fresh layer."""
        return LeakyReLULayer(self.slope, self.gradient_at_zero)

    def left_slope(self, arrays: Arrays) -> float:
        """Return ``slope``."""
        return self.slope

    def margin(self, arrays: Arrays) -> float:
        """Return the smallest magnitude of an entry of ``x``."""
        return float(np.min(np.abs(arrays["x"])))

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``slope``."""
        return {"slope": self.slope}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what all activations obey, and what doubling ``x`` does."""
        return (*super().relations, positively_homogeneous(("out",), ("grad_x",)))
