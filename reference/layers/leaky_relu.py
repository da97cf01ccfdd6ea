"""The rectified linear unit that lets a little through on the negative side."""

import numpy as np

from reference.layers.elementwise import Elementwise
from reference.protocols import Array


class LeakyReLU(Elementwise):
    """Pass positive entries through and multiply all others by ``slope``.

    Parameters
    ----------
    slope
        Factor on the negative side, in ``[0, 1)``.
    gradient_at_zero
        What to use for the derivative at exactly 0, where there is none: any value in
        ``[slope, 1]`` is a subgradient. Left out, it is ``slope``, as in PyTorch.

    Notes
    -----
    ``out = x`` where ``x > 0`` and ``slope * x`` elsewhere.

    References
    ----------
    Maas, Hannun, Ng: "Rectifier Nonlinearities Improve Neural Network Acoustic
    Models" (2013).

    Examples
    --------
    >>> LeakyReLU(slope=0.25).forward(np.array([-2.0, 3.0])).tolist()
    [-0.5, 3.0]
    """

    def __init__(
        self, slope: float = 0.01, gradient_at_zero: float | None = None
    ) -> None:
        super().__init__()
        if not 0 <= slope < 1:
            raise ValueError(f"LeakyReLU: slope must be in [0, 1), got {slope}")
        at_zero = slope if gradient_at_zero is None else gradient_at_zero
        if not slope <= at_zero <= 1:
            raise ValueError(
                f"LeakyReLU: gradient_at_zero must be in [{slope}, 1], got {at_zero}"
            )
        self.slope = slope
        self.gradient_at_zero = at_zero

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return ``x`` or ``slope * x``, and the derivative."""
        factor = np.where(x > 0, np.ones_like(x), self.slope)
        out = x * factor
        factor[x == 0] = self.gradient_at_zero
        return out, factor
