"""What convolution has in common in one and in two dimensions."""

from typing import ClassVar

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.columns import (
    added_up,
    columns,
    filter_rows,
    filters,
    innermost,
    merged,
    outermost,
    split,
)
from reference.conventions import require_choice
from reference.layers.filters import Filters, require_channels
from reference.protocols import Array
from reference.windows import (
    Edges,
    Layout,
    PerAxis,
    Sizes,
    Windows,
    along_axes,
    spans_of,
    symmetric,
)


class Convolution(Filters):
    """Slide filters over images; a subclass says over how many axes.

    Notes
    -----
    Windows are written side by side as the columns of matrices, one for each row of
    windows. The output is the product of the weight with them, the gradient of the
    weight the product of ``grad_out`` with them, and the gradient of the windows a
    third product, whose columns are added up where they were read.
    """

    kinds: ClassVar[tuple[str, ...]] = ("cross_correlation", "convolution")
    paddings: ClassVar[tuple[str, ...]] = ("valid", "same", "full")

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: PerAxis,
        *,
        stride: PerAxis = 1,
        padding: PerAxis | str = 0,
        dilation: PerAxis = 1,
        groups: int = 1,
        kind: str = "cross_correlation",
        bias: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        owner = type(self).__name__
        require_channels(owner, in_channels, out_channels, groups)
        self.kind = require_choice(owner, "kind", kind, self.kinds)
        self.groups = groups
        entries, strides, dilations = (
            along_axes(owner, name, value, self.dimensions)
            for name, value in (
                ("kernel", kernel),
                ("stride", stride),
                ("dilation", dilation),
            )
        )
        edges = self._edges(padding, strides, spans_of(entries, dilations))
        super().__init__(
            Windows(entries, strides, dilations, edges),
            (out_channels, in_channels // groups, *entries),
            (in_channels, out_channels),
            bias=bias,
            rng=rng,
        )
        self._saved: tuple[Array, Array, Layout] | None = None

    def _edges(self, padding: PerAxis | str, strides: Sizes, spans: Sizes) -> Edges:
        owner = type(self).__name__
        if not isinstance(padding, str):
            least = along_axes(owner, "padding", padding, self.dimensions, least=0)
            return symmetric(least)
        require_choice(owner, "padding", padding, self.paddings)
        if padding == "valid":
            return symmetric((0,) * self.dimensions)
        if padding == "full":
            return symmetric(tuple(span - 1 for span in spans))
        if max(strides) > 1:
            raise ValueError(
                f"{owner}: stride must be 1 where padding is 'same', got {strides}"
            )
        return tuple(((span - 1) // 2, span // 2) for span in spans)

    def forward(self, x: Array) -> Array:
        """Return (N, F, ...) for ``x`` of shape (N, C, ...).

        Raises
        ------
        ShapeError
            If ``x`` does not have C channels and as many axes as there must be, if it
            has no room for a window, or if ``params`` were set to other shapes.
        """
        self._check(x)
        layout = self.windows.over(type(self).__name__, x)
        weight = filter_rows(self._turned(self.params["weight"]), self.groups)
        windows = columns(layout, innermost(x, self.groups))
        self._saved = windows, weight, layout
        out = self._add_bias(np.matmul(weight, windows))
        return outermost(split(layout, out), layout.counts)

    def backward(self, grad_out: Array) -> Array:
        """Turn (N, F, ...) into the gradient for ``x`` and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        owner = type(self).__name__
        windows, weight, layout = after_forward(owner, self._saved)
        count = windows.shape[3] // layout.counts[-1]
        require_upstream(owner, grad_out, (count, self.out_channels, *layout.counts))
        rows = merged(layout, innermost(grad_out, self.groups))
        grad_rows = np.matmul(rows, windows.swapaxes(-1, -2)).sum(axis=1)
        grad_weight = filters(grad_rows, self._shapes["weight"])
        self._replace_grads(self._turned(grad_weight), rows)
        grad_windows = np.matmul(weight.swapaxes(-1, -2), rows)
        return outermost(added_up(layout, grad_windows), layout.sides)

    def _turned(self, weight: Array) -> Array:
        """Return the weight as it lies on the image; doing it twice undoes it."""
        if self.kind == "cross_correlation":
            return weight
        images = tuple(range(2, weight.ndim))
        return np.flip(weight, axis=images)
