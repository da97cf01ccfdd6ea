"""The exponential linear unit."""

import numpy as np

from reference.layers.elementwise import Elementwise
from reference.protocols import Array


class ELU(Elementwise):
    """Pass positive entries through and map all others to ``alpha * (exp(x) - 1)``.

    Parameters
    ----------
    alpha
        Minus the limit for large negative entries, positive.

    Notes
    -----
    The derivative is 1 where ``x > 0`` and ``alpha * exp(x)`` elsewhere, 0 included.
    Unless ``alpha`` is 1 there is a kink at 0, and ``alpha`` is the slope on its left.
    ``exp`` sees ``min(x, 0)``, which cannot overflow, and ``exp(x) - 1`` is computed
    without cancellation.

    References
    ----------
    Clevert, Unterthiner, Hochreiter: "Fast and Accurate Deep Network Learning by
    Exponential Linear Units (ELUs)" (2016).

    Examples
    --------
    >>> ELU(alpha=0.5).forward(np.array([-1000.0, 3.0])).tolist()
    [-0.5, 3.0]
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        if not 0 < alpha < np.inf:
            raise ValueError(f"ELU: alpha must be positive and finite, got {alpha}")
        self.alpha = alpha

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return the exponential linear unit of ``x`` and its derivative."""
        low = np.minimum(x, 0.0)
        out = np.where(x > 0, x, self.alpha * np.expm1(low))
        return out, np.where(x > 0, np.ones_like(x), self.alpha * np.exp(low))
