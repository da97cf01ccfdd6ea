"""The hyperbolic tangent."""

import numpy as np

from reference.layers.elementwise import Elementwise
from reference.protocols import Array


class Tanh(Elementwise):
    """Squash each entry ``x`` to ``tanh(x)``, which lies in (-1, 1).

    Notes
    -----
    The derivative is ``1 - tanh(x)**2``.

    References
    ----------
    McGill COMP 451, lecture 22. CMU 10-301/601, lecture 14.

    Examples
    --------
    >>> Tanh().forward(np.array([0.0, -1000.0])).tolist()
    [0.0, -1.0]
    """

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return the hyperbolic tangent of ``x`` and its derivative."""
        out: Array = np.tanh(x)
        return out, 1.0 - out**2
