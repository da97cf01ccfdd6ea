"""Batch normalisation of images."""

from typing import ClassVar

from reference.layers.batch_norm import BatchNorm
from reference.protocols import Array


class SpatialBatchNorm(BatchNorm):
    """Give each channel mean 0 and variance 1 over all pixels of all images.

    Parameters
    ----------
    num_features
        C. ``params["gamma"]`` and ``params["beta"]`` are (C,), and so are the
        attributes ``running_mean`` and ``running_var``. All other parameters are those
        of ``BatchNorm``.

    Notes
    -----
    For ``x`` of shape (N, C, H, W) this is batch normalisation of the ``N*H*W`` rows
    that the pixels are, with the channels as features.

    References
    ----------
    Ioffe, Szegedy (2015), section 3.2; Stanford CS231n, assignment 2.

    Examples
    --------
    >>> layer = SpatialBatchNorm(1, eps=0.0)
    >>> layer.forward(np.array([[[[1.0, 5.0]]], [[[1.0, 5.0]]]])).tolist()
    [[[[-1.0, 1.0]]], [[[-1.0, 1.0]]]]
    """

    axes: ClassVar[str] = "ncs->c"
    kind: ClassVar[str] = "channel"
    sides: ClassVar[tuple[str, ...]] = ("H", "W")

    def _entries(self, array: Array) -> Array:
        return array.reshape(*array.shape[:2], -1)
