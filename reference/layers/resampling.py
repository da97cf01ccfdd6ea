"""What up- and downsampling share: the spatial axes and the factor."""

from abc import ABC, abstractmethod

from reference.arrays import require_floats
from reference.errors import ShapeError
from reference.protocols import Array


class Resampling(ABC):
    """Change the length of every spatial axis by about ``factor``.

    Parameters
    ----------
    factor
        k, an integer of at least 1, the same for each spatial axis.
    dimensions
        1 for (N, C, W), 2 for (N, C, H, W).
    """

    def __init__(self, factor: int, dimensions: int = 1) -> None:
        owner = type(self).__name__
        if type(factor) is not int or factor < 1:
            raise ValueError(
                f"{owner}: factor must be an integer of at least 1, got {factor!r}"
            )
        if type(dimensions) is not int or dimensions not in (1, 2):
            raise ValueError(f"{owner}: dimensions must be 1 or 2, got {dimensions!r}")
        self.factor = factor
        self.dimensions = dimensions
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._shape: tuple[int, ...] | None = None

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """Return the signals or images with other sides."""

    @abstractmethod
    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``."""

    @property
    def every_kth(self) -> tuple[slice, ...]:
        """Return the index of every k-th entry along each spatial axis."""
        each = (slice(None, None, self.factor),) * self.dimensions
        return (slice(None), slice(None), *each)

    def require_spatial(self, x: Array) -> None:
        """Raise unless ``x`` is a batch with all its axes, none of them empty."""
        owner = type(self).__name__
        require_floats(owner, "x", x)
        if x.ndim != 2 + self.dimensions or 0 in x.shape:
            expected = ("(N, C, W)", "(N, C, H, W)")[self.dimensions - 1]
            raise ShapeError(
                f"{owner}: x must be {expected} with no empty axis, got {x.shape}"
            )
