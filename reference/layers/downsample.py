"""Signals and images of which only every k-th entry is kept."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.layers.resampling import Resampling
from reference.protocols import Array


class Downsample(Resampling):
    """Keep every k-th entry along each spatial axis, beginning with the first.

    Parameters
    ----------
    factor
        k, an integer of at least 1, the same for each spatial axis.
    dimensions
        1 for (N, C, W), 2 for (N, C, H, W).

    Notes
    -----
    A side of L becomes ``ceil(L / k)``; L need not be a multiple of k. ``backward``
    puts the gradient where the kept entries came from and zeros elsewhere, after the
    last one as well: the output alone does not say how long ``x`` was.

    References
    ----------
    CMU 11-785, homework 2 part 1 (Downsample1d and Downsample2d).

    Examples
    --------
    >>> layer = Downsample(2)
    >>> layer.forward(np.array([[[1.0, 2.0, 3.0, 4.0]]])).tolist()
    [[[1.0, 3.0]]]
    >>> layer.backward(np.array([[[10.0, 30.0]]])).tolist()
    [[[10.0, 0.0, 30.0, 0.0]]]
    """

    def forward(self, x: Array) -> Array:
        """Return the kept entries.

        Raises
        ------
        ShapeError
            If ``x`` is not (N, C, W) or (N, C, H, W), or has an empty axis.
        """
        self.require_spatial(x)
        self._shape = x.shape
        return x[self.every_kth].copy()

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        shape = after_forward("Downsample", self._shape)
        kept = (*shape[:2], *(-(-side // self.factor) for side in shape[2:]))
        require_upstream("Downsample", grad_out, kept)
        grad_x = np.zeros(shape, dtype=grad_out.dtype)
        grad_x[self.every_kth] = grad_out
        return grad_x
