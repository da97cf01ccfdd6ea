"""What max pooling and average pooling have in common."""

from abc import ABC, abstractmethod
from typing import ClassVar

from reference.arrays import after_forward, require_floats, require_upstream
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.protocols import Array
from reference.windows import (
    AXES,
    Layout,
    PerAxis,
    Sizes,
    Windows,
    along_axes,
    symmetric,
)


class Pooling(ABC):
    """Replace each window of each channel by one number; a subclass says which."""

    raggeds: ClassVar[tuple[str, ...]] = ("drop", "keep")

    def __init__(
        self, kernel: PerAxis, stride: PerAxis | None, padding: PerAxis, ragged: str
    ) -> None:
        owner = type(self).__name__
        self.ragged = require_choice(owner, "ragged", ragged, self.raggeds)
        entries = along_axes(owner, "kernel", kernel, self.dimensions)
        added = along_axes(owner, "padding", padding, self.dimensions, least=0)
        if any(2 * one > side for one, side in zip(added, entries, strict=True)):
            raise ValueError(
                f"{owner}: padding must be at most half the kernel {entries}, "
                f"got {added}"
            )
        self.windows = Windows(
            entries,
            along_axes(
                owner, "stride", kernel if stride is None else stride, self.dimensions
            ),
            (1,) * self.dimensions,
            symmetric(added),
            ragged == "keep",
        )
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._saved: tuple[Sizes, Layout] | None = None

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """Return the number of axes that the windows slide over."""

    @abstractmethod
    def pool(self, x: Array, layout: Layout) -> Array:
        """Return one number for each window, and keep what ``spread`` needs."""

    @abstractmethod
    def spread(self, grad_out: Array, layout: Layout) -> Array:
        """Return the gradient for ``x`` from the gradient for each window."""

    def forward(self, x: Array) -> Array:
        """Return (N, C, ...) with an entry for each window of ``x`` (N, C, ...).

        Raises
        ------
        ShapeError
            If ``x`` does not have as many axes as there must be, or no room for a
            window.
        """
        owner = type(self).__name__
        require_floats(owner, "x", x)
        if x.ndim != 2 + self.dimensions:
            wanted = f"(N, C, {AXES[self.dimensions]})"
            raise ShapeError(f"{owner}: x must be {wanted}, got {x.shape}")
        layout = self.windows.over(owner, x)
        out = self.pool(x, layout)
        self._saved = out.shape, layout
        return out

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        owner = type(self).__name__
        shape, layout = after_forward(owner, self._saved)
        require_upstream(owner, grad_out, shape)
        return self.spread(grad_out, layout)
