"""The smooth version of the rectified linear unit."""

import numpy as np

from reference.layers.elementwise import Elementwise
from reference.layers.sigmoid import Sigmoid
from reference.protocols import Array


class Softplus(Elementwise):
    """Map each entry ``x`` to ``log(1 + exp(x))``, which is positive.

    Notes
    -----
    Computed as ``max(x, 0) + log(1 + exp(-|x|))``, the same number without an overflow.
    The derivative is ``sigmoid(x)``.

    References
    ----------
    McGill COMP 451, lecture 22. Dugas and others: "Incorporating Second-Order
    Functional Knowledge for Better Option Pricing" (2001).

    Examples
    --------
    >>> Softplus().forward(np.array([-1000.0, 1000.0])).tolist()
    [0.0, 1000.0]
    """

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return the softplus of ``x`` and its derivative."""
        slope, _ = Sigmoid().value_and_slope(x)
        return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x))), slope
