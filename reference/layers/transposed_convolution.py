"""What transposed convolution has in common in one and in two dimensions."""

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
from reference.errors import ShapeError
from reference.layers.filters import Filters, require_channels
from reference.protocols import Array
from reference.windows import Layout, PerAxis, Sizes, Windows, along_axes, symmetric


class TransposedConvolution(Filters):
    """Add a filter to the output for each entry of the input.

    A subclass says over how many axes. Forward is the backward pass of a convolution
    for its input, and backward is the forward pass of that convolution.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: PerAxis,
        *,
        stride: PerAxis = 1,
        padding: PerAxis = 0,
        output_padding: PerAxis = 0,
        bias: bool = True,
        rng: np.random.Generator | None = None,
    ) -> None:
        owner = type(self).__name__
        require_channels(owner, in_channels, out_channels)
        entries = along_axes(owner, "kernel", kernel, self.dimensions)
        strides = along_axes(owner, "stride", stride, self.dimensions)
        removed = along_axes(owner, "padding", padding, self.dimensions, least=0)
        added = along_axes(
            owner, "output_padding", output_padding, self.dimensions, least=0
        )
        if any(one >= step for one, step in zip(added, strides, strict=True)):
            raise ValueError(
                f"{owner}: output_padding must be smaller than the stride {strides}, "
                f"got {added}"
            )
        self.output_padding = added
        super().__init__(
            Windows(entries, strides, (1,) * self.dimensions, symmetric(removed)),
            (in_channels, out_channels, *entries),
            (in_channels, out_channels),
            bias=bias,
            rng=rng,
        )
        self._saved: tuple[Array, Array, Layout] | None = None

    def forward(self, x: Array) -> Array:
        """Return (N, M, ...) for ``x`` of shape (N, C, ...).

        Raises
        ------
        ShapeError
            If ``x`` does not have C channels and as many axes as there must be, if
            nothing is left of the output, or if ``params`` were set to other shapes.
        """
        self._check(x)
        layout = self._layout(x)
        weight = filter_rows(self.params["weight"])
        rows = merged(layout, innermost(x))
        self._saved = rows, weight, layout
        windows = np.matmul(weight.swapaxes(-1, -2), rows)
        return outermost(self._add_bias(added_up(layout, windows)), layout.sides)

    def backward(self, grad_out: Array) -> Array:
        """Turn (N, M, ...) into the gradient for ``x`` and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        owner = type(self).__name__
        rows, weight, layout = after_forward(owner, self._saved)
        count = rows.shape[3] // layout.counts[-1]
        require_upstream(owner, grad_out, (count, self.out_channels, *layout.sides))
        images = innermost(grad_out)
        windows = columns(layout, images)
        grad_rows = np.matmul(rows, windows.swapaxes(-1, -2)).sum(axis=1)
        self._replace_grads(filters(grad_rows, self._shapes["weight"]), images)
        grad_x = split(layout, np.matmul(weight, windows))
        return outermost(grad_x, layout.counts)

    def output_sides(self, sides: Sizes) -> Sizes:
        """Return the lengths of the axes of the output for those of the input."""
        windows = self.windows
        axes = zip(
            sides,
            windows.stride,
            windows.spans,
            self.output_padding,
            windows.padding,
            strict=True,
        )
        return tuple(
            (side - 1) * stride + span + added - sum(edges)
            for side, stride, span, added, edges in axes
        )

    def _layout(self, x: Array) -> Layout:
        """Return the windows on the output, as many as ``x`` has entries."""
        sides = self.output_sides(x.shape[2:])
        if min(sides) < 1:
            raise ShapeError(
                f"{type(self).__name__}: x must be large enough that the output has "
                f"sides of at least 1, not {sides}, got {x.shape}"
            )
        return self.windows.on(sides)
