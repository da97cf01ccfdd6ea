"""What all layers share that act on each entry by itself."""

from abc import ABC, abstractmethod

from reference.arrays import after_forward, require_floats, require_upstream
from reference.protocols import Array


class Elementwise(ABC):
    """Apply one function to every entry; a subclass states it and its derivative."""

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._slope: Array | None = None

    @abstractmethod
    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return the function and its derivative at ``x``, as two new arrays."""

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``, which may be any shape.

        Raises
        ------
        DtypeError, NonFiniteError
            If ``x`` is not an array of finite floating-point numbers.
        """
        require_floats(type(self).__name__, "x", x)
        out, self._slope = self.value_and_slope(x)
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
        owner = type(self).__name__
        slope = after_forward(owner, self._slope)
        require_upstream(owner, grad_out, slope.shape)
        return grad_out * slope
