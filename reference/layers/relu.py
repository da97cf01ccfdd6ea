"""The rectified linear unit."""

import numpy as np

from reference.layers.elementwise import Elementwise
from reference.protocols import Array


class ReLU(Elementwise):
    """Pass positive entries through and replace all others by zero.

    Parameters
    ----------
    gradient_at_zero
        What to use for the derivative at exactly 0, where there is none. Any value in
        ``[0, 1]`` is a subgradient.

    Notes
    -----
    ``out = max(x, 0)``. The default of 0 follows the usual libraries; Penn CIS 4190
    has 1 on the closed half-line.

    References
    ----------
    McGill COMP 451, lecture 22; Penn CIS 4190/5190, lecture 12 (derivative at 0).

    Examples
    --------
    >>> ReLU().forward(np.array([-2.0, 3.0])).tolist()
    [0.0, 3.0]
    """

    def __init__(self, gradient_at_zero: float = 0.0) -> None:
        super().__init__()
        if not 0 <= gradient_at_zero <= 1:
            raise ValueError(
                f"ReLU: gradient_at_zero must be in [0, 1], got {gradient_at_zero}"
            )
        self.gradient_at_zero = gradient_at_zero

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return ``max(x, 0)`` and its derivative."""
        slope = (x > 0).astype(x.dtype)
        if self.gradient_at_zero:
            slope[x == 0] = self.gradient_at_zero
        return np.maximum(x, 0.0), slope
