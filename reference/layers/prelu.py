"""The leaky rectified linear unit that learns its slope."""

from typing import ClassVar

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.protocols import Array


class PReLU:
    """Pass positive entries through and multiply all others by a learned slope.

    Parameters
    ----------
    slope
        ``"shared"``: one slope for all entries, ``params["slope"]`` is a 0-d array. The
        default. ``"per_channel"``: it is (C,), one slope for each index along axis 1.
    channels
        C; needed for ``"per_channel"`` only.
    start
        Every slope at first; the paper has 0.25.

    Notes
    -----
    ``out = max(x, 0) + slope * min(x, 0)``, so ``grad_x`` is ``grad_out`` where
    ``x > 0`` and ``slope * grad_out`` elsewhere, 0 included, as in the paper.
    ``grad_slope`` is the sum of ``grad_out * min(x, 0)`` over all entries that share a
    slope, the batch included.

    References
    ----------
    He, Zhang, Ren, Sun: "Delving Deep into Rectifiers" (2015), section 2.1. Penn CIS
    4190/5190, lecture 12.

    Examples
    --------
    >>> layer = PReLU()
    >>> layer.forward(np.array([[-2.0, 3.0]])).tolist()
    [[-0.5, 3.0]]
    >>> layer.backward(np.array([[10.0, 20.0]])).tolist()
    [[2.5, 20.0]]
    >>> layer.grads["slope"].item()
    -20.0
    """

    slopes: ClassVar[tuple[str, ...]] = ("shared", "per_channel")

    def __init__(
        self, slope: str = "shared", channels: int | None = None, start: float = 0.25
    ) -> None:
        self.slope = require_choice("PReLU", "slope", slope, self.slopes)
        shape: tuple[int, ...] = ()
        if self.slope == "per_channel":
            if channels is None or channels < 1:
                raise ValueError(
                    "PReLU: channels must be at least 1 for a slope per channel, "
                    f"got {channels}"
                )
            shape = (channels,)
        self.params: dict[str, Array] = {"slope": np.full(shape, float(start))}
        self.grads: dict[str, Array] = {}
        self._saved: tuple[Array, Array] | None = None

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``, (N, C, ...) for a slope per channel.

        Raises
        ------
        ShapeError
            If ``x`` has no channels, or the slope does not fit them.
        """
        slope = self.params["slope"]
        for name, array in {"x": x, "slope": slope}.items():
            require_floats("PReLU", name, array)
        if self.slope == "shared":
            require_shape("PReLU", "slope", slope, ())
        else:
            if x.ndim < 2:
                raise ShapeError(f"PReLU: x must be (N, C, ...), got {x.shape}")
            require_shape("PReLU", "slope", slope, x.shape[1:2])
            slope = slope.reshape(-1, *(1,) * (x.ndim - 2))
        negative = np.minimum(x, 0.0)
        factor = np.where(x > 0, np.ones_like(slope), slope)
        self._saved = negative, factor
        return np.maximum(x, 0.0) + slope * negative

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into that for ``x`` and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of ``x``.
        """
        negative, factor = after_forward("PReLU", self._saved)
        require_upstream("PReLU", grad_out, factor.shape)
        axes = tuple(
            axis for axis in range(negative.ndim) if self.slope == "shared" or axis != 1
        )
        self.grads = {"slope": np.asarray((grad_out * negative).sum(axis=axes))}
        return grad_out * factor
