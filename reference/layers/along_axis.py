"""What all layers share that act on the slices along one axis."""

from abc import ABC, abstractmethod

import numpy as np

from reference.arrays import require_floats
from reference.errors import ShapeError
from reference.protocols import Array


class AlongAxis(ABC):
    """Treat each slice along ``axis`` by itself.

    Parameters
    ----------
    axis
        Counted from the end if negative. The default of -1 means rows: the classes of
        each example in a batch (N, C).
    """

    def __init__(self, axis: int = -1) -> None:
        if type(axis) is not int:
            raise TypeError(
                f"{type(self).__name__}: axis must be an integer, got {axis!r}"
            )
        self.axis = axis
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """Return the output for an array with at least one entry along ``axis``."""

    @abstractmethod
    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``."""

    def peak_and_exponentials(self, x: Array) -> tuple[Array, Array]:
        """Return the maximum m of each slice, and ``exp(x - m)``.

        No exponential overflows and one of each slice is 1, so that their sum is
        neither infinite nor zero.

        Raises
        ------
        ShapeError
            If ``x`` does not have the axis, or no entries along it.
        """
        owner = type(self).__name__
        require_floats(owner, "x", x)
        if not -x.ndim <= self.axis < x.ndim or x.shape[self.axis] == 0:
            raise ShapeError(
                f"{owner}: x must have entries along axis {self.axis}, got {x.shape}"
            )
        peak = x.max(axis=self.axis, keepdims=True)
        return peak, np.exp(x - peak)
