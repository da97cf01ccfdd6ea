"""The hyperbolic tangent."""

from typing import ClassVar

import numpy as np

from reference.errors import CallOrderError
from reference.protocols import Array
from reference.shapes import require_shape


class Tanh:
    """Squash each entry ``x`` to ``tanh(x)``, which lies in (-1, 1).

    Notes
    -----
    The derivative is ``1 - tanh(x)**2``.

    References
    ----------
    McGill COMP 451, lecture 22. CMU 10-301/601, lecture 14.
    """

    example_args: ClassVar[tuple[float, ...]] = ()

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._slope: Array | None = None

    @staticmethod
    def example_input(rng: np.random.Generator) -> Array:
        """Draw a ``(3, 5)`` input with both signs."""
        return rng.normal(size=(3, 5))

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``, which may be any shape."""
        out: Array = np.tanh(x)
        self._slope = 1.0 - out**2
        return out

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
            raise CallOrderError("Tanh: call forward before backward")
        require_shape("Tanh", "grad_out", grad_out, self._slope.shape)
        return grad_out * self._slope
