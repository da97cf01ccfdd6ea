"""The rectified linear unit."""

from typing import ClassVar

import numpy as np

from reference.errors import CallOrderError
from reference.protocols import Array
from reference.shapes import require_shape


class ReLU:
    """Pass positive entries through and replace all others by zero.

    Parameters
    ----------
    gradient_at_zero
        What to use for the derivative at exactly 0, where there is none. Any value in
        ``[0, 1]`` is a subgradient.

    Notes
    -----
    ``out = max(x, 0)``. The default of 0 follows the usual libraries; Penn CIS 4190
    has 1 on the closed half-line. ``example_input`` keeps 0.1 away from 0 so that a
    central difference never straddles the kink.

    References
    ----------
    McGill COMP 451, lecture 22; Penn CIS 4190/5190, lecture 12 (derivative at 0).
    """

    example_args: ClassVar[tuple[float, ...]] = ()

    def __init__(self, gradient_at_zero: float = 0.0) -> None:
        if not 0 <= gradient_at_zero <= 1:
            raise ValueError(
                f"ReLU: gradient_at_zero must be in [0, 1], got {gradient_at_zero}"
            )
        self.gradient_at_zero = gradient_at_zero
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._slope: Array | None = None

    @staticmethod
    def example_input(rng: np.random.Generator) -> Array:
        """Draw a ``(3, 5)`` input with both signs and no entry within 0.1 of 0."""
        return rng.uniform(0.1, 2.0, (3, 5)) * rng.choice([-1.0, 1.0], (3, 5))

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``, which may be any shape."""
        self._slope = np.heaviside(x, self.gradient_at_zero)
        return np.maximum(x, 0.0)

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of ``x``.
        """
        if self._slope is None:
            raise CallOrderError("ReLU: call forward before backward")
        require_shape("ReLU", "grad_out", grad_out, self._slope.shape)
        return grad_out * self._slope
