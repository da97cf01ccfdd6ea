"""Signals and images with more entries: zeros between them, or each repeated."""

from typing import ClassVar

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_choice
from reference.layers.resampling import Resampling
from reference.protocols import Array


class Upsample(Resampling):
    """Spread the entries along each spatial axis.

    Parameters
    ----------
    factor
        k, an integer of at least 1, the same for each spatial axis.
    fill
        ``"zeros"``: k - 1 zeros go between neighbours, none after the last, so a side
        of L becomes ``k*(L - 1) + 1``. The default; CMU 11-785, where a transposed
        convolution is this followed by a convolution. ``"repeat"``: each entry comes k
        times in a row (nearest neighbour), so a side of L becomes ``k*L``.
    dimensions
        1 for (N, C, W), 2 for (N, C, H, W).

    Notes
    -----
    ``backward`` takes for each entry of ``x`` the gradient at its place for
    ``"zeros"``, and the sum over its ``k**dimensions`` copies for ``"repeat"``.

    References
    ----------
    CMU 11-785, homework 2 part 1 (Upsample1d and Upsample2d).

    Examples
    --------
    >>> x = np.array([[[1.0, 2.0, 3.0]]])
    >>> Upsample(2).forward(x).tolist()
    [[[1.0, 0.0, 2.0, 0.0, 3.0]]]
    >>> Upsample(2, fill="repeat").forward(x).tolist()
    [[[1.0, 1.0, 2.0, 2.0, 3.0, 3.0]]]
    """

    fills: ClassVar[tuple[str, ...]] = ("zeros", "repeat")

    def __init__(self, factor: int, fill: str = "zeros", dimensions: int = 1) -> None:
        super().__init__(factor, dimensions)
        self.fill = require_choice("Upsample", "fill", fill, self.fills)

    def forward(self, x: Array) -> Array:
        """Return the same signals or images with longer sides.

        Raises
        ------
        ShapeError
            If ``x`` is not (N, C, W) or (N, C, H, W), or has an empty axis.
        """
        self.require_spatial(x)
        self._shape = x.shape
        if self.fill == "zeros":
            out = np.zeros(self._longer(x.shape), dtype=x.dtype)
            out[self.every_kth] = x
            return out
        for axis in range(2, x.ndim):
            x = np.repeat(x, self.factor, axis=axis)
        return x

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        shape = after_forward("Upsample", self._shape)
        require_upstream("Upsample", grad_out, self._longer(shape))
        if self.fill == "zeros":
            return grad_out[self.every_kth].copy()
        copies = [part for side in shape[2:] for part in (side, self.factor)]
        summed = tuple(range(3, 3 + 2 * self.dimensions, 2))
        return grad_out.reshape(*shape[:2], *copies).sum(axis=summed)

    def _longer(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        k = self.factor
        if self.fill == "zeros":
            return (*shape[:2], *(k * (side - 1) + 1 for side in shape[2:]))
        return (*shape[:2], *(k * side for side in shape[2:]))
