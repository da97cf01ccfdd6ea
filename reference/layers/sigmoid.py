"""The logistic sigmoid."""

from typing import ClassVar

import numpy as np

from reference.errors import CallOrderError
from reference.protocols import Array
from reference.shapes import require_shape


class Sigmoid:
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
    """

    example_args: ClassVar[tuple[float, ...]] = ()

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._slope: Array | None = None

    @staticmethod
    def example_input(rng: np.random.Generator) -> Array:
        """Draw a ``(3, 5)`` input with both signs."""
        return rng.normal(0.0, 2.0, (3, 5))

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``, which may be any shape."""
        small = np.exp(-np.abs(x))
        self._slope = small / (1.0 + small) ** 2
        return np.where(x >= 0, 1.0, small) / (1.0 + small)

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
            raise CallOrderError("Sigmoid: call forward before backward")
        require_shape("Sigmoid", "grad_out", grad_out, self._slope.shape)
        return grad_out * self._slope
