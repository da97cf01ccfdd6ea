"""The threshold of the perceptron."""

import numpy as np

from reference.arrays import require_floats
from reference.protocols import Array


class Threshold:
    """Return 1 for positive entries and 0 for negative ones; there is no backward.

    Parameters
    ----------
    value_at_zero
        What exactly 0 becomes, in ``[0, 1]``. The default of 1 makes a perceptron fire
        on its decision boundary.

    Notes
    -----
    ``out = 1`` where ``x >= 0`` and 0 elsewhere. The derivative is zero everywhere but
    at the jump, so nothing can be learned through it: a perceptron has a learning rule
    of its own, and the smooth units took the place of the threshold.

    References
    ----------
    Colorado State CS 510, lecture 12 (perceptron). Rosenblatt: "The Perceptron: A
    Probabilistic Model for Information Storage and Organization in the Brain" (1958).

    Examples
    --------
    >>> Threshold().forward(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 1.0, 1.0]
    """

    def __init__(self, value_at_zero: float = 1.0) -> None:
        if not 0 <= value_at_zero <= 1:
            raise ValueError(
                f"Threshold: value_at_zero must be in [0, 1], got {value_at_zero}"
            )
        self.value_at_zero = value_at_zero
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``, which may be any shape.

        Raises
        ------
        DtypeError, NonFiniteError
            If ``x`` is not an array of finite floating-point numbers.
        """
        require_floats("Threshold", "x", x)
        return np.heaviside(x, x.dtype.type(self.value_at_zero))
