"""The logistic sigmoid."""

import numpy as np

from reference.layers.elementwise import Elementwise
from reference.protocols import Array


class Sigmoid(Elementwise):
    """Squash each entry ``x`` to ``1 / (1 + exp(-x))``, which lies in (0, 1).

    Notes
    -----
    With ``e = exp(-|x|)``, which cannot overflow, the value is ``1 / (1 + e)`` for
    ``x >= 0`` and ``e / (1 + e)`` otherwise. The derivative
    ``sigmoid(x) * (1 - sigmoid(x))`` is computed as ``e / (1 + e)**2``, the same number
    without the cancellation in ``1 - sigmoid(x)``.

    References
    ----------
    McGill COMP 451, lecture 22. Toronto CSC 311, lecture 6.

    Examples
    --------
    >>> Sigmoid().forward(np.array([0.0, 1000.0])).tolist()
    [0.5, 1.0]
    """

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return the sigmoid of ``x`` and its derivative."""
        small = np.exp(-np.abs(x))
        slope = small / (1.0 + small) ** 2
        return np.where(x >= 0, x.dtype.type(1.0), small) / (1.0 + small), slope
