"""Average pooling in one and in two dimensions."""

from typing import ClassVar

import numpy as np

from reference.conventions import require_choice
from reference.layers.pooling import Pooling
from reference.protocols import Array
from reference.windows import Layout, PerAxis


class AveragePooling(Pooling):
    """Average the entries of each window; a subclass says over how many axes."""

    divisors: ClassVar[tuple[str, ...]] = ("padded", "unpadded", "kernel")

    def __init__(
        self,
        kernel: PerAxis,
        stride: PerAxis | None = None,
        *,
        padding: PerAxis = 0,
        ragged: str = "drop",
        divisor: str = "padded",
    ) -> None:
        super().__init__(kernel, stride, padding, ragged)
        owner = type(self).__name__
        self.divisor = require_choice(owner, "divisor", divisor, self.divisors)

    def pool(self, x: Array, layout: Layout) -> Array:
        """Return the averages."""
        padded = layout.padded(x)
        first, *others = layout.places
        out = padded[first].copy()
        for place in others:
            out += padded[place]
        out /= self._sizes(layout).astype(out.dtype)
        return out

    def spread(self, grad_out: Array, layout: Layout) -> Array:
        """Return the gradient: each entry of a window gets its share."""
        share = grad_out / self._sizes(layout).astype(grad_out.dtype)
        total = np.zeros((*grad_out.shape[:2], *layout.lengths), grad_out.dtype)
        for place in layout.places:
            total[place] += share
        return layout.cropped(total)

    def _sizes(self, layout: Layout) -> Array:
        """Return what the sum of each window is divided by."""
        sizes = np.ones((), dtype=np.int64)
        for axis, (count, side) in enumerate(
            zip(layout.counts, layout.sides, strict=True)
        ):
            along = self._sizes_along(axis, count, side)
            sizes = np.multiply.outer(sizes, along)
        return sizes

    def _sizes_along(self, axis: int, count: int, side: int) -> Array:
        windows = self.windows
        kernel, (before, after) = windows.kernel[axis], windows.padding[axis]
        if self.divisor == "kernel":
            return np.full(count, kernel)
        start, end = (-before, side + after) if self.divisor == "padded" else (0, side)
        first = np.arange(count) * windows.stride[axis] - before
        return np.minimum(first + kernel, end) - np.maximum(first, start)
