"""Average pooling of sequences."""

from reference.layers.average_pooling import AveragePooling


class AveragePool1d(AveragePooling):
    """Average each window of a sequence.

    Parameters
    ----------
    kernel
        Length of a window.
    stride
        Steps from one window to the next; windows overlap where it is smaller than the
        kernel. Left out, it is the kernel.
    padding
        Zeros on either side; at most half the kernel.
    ragged
        What becomes of entries at the end that fill no window: ``"drop"`` leaves them
        out, ``"keep"`` has a smaller window for them, unless it would begin in the
        padding.
    divisor
        What the sum of a window is divided by: ``"padded"``, the number of its entries
        in the sequence and the padding, as in PyTorch; ``"unpadded"``, of those in the
        sequence alone; ``"kernel"``, the length of a whole window. They differ only
        where there is padding or a smaller window.

    Notes
    -----
    ``out[n,c,t] = sum over a of padded[n, c, stride*t + a] / divisor``. Each entry of a
    window gets the gradient of the window over the divisor; an entry of several windows
    gets the sum, one that no window reaches gets zero.

    References
    ----------
    CMU 11-785, homework 2 (mean pooling).

    Examples
    --------
    >>> layer = AveragePool1d(2, ragged="keep")
    >>> layer.forward(np.array([[[1.0, 2.0, 4.0]]])).tolist()
    [[[1.5, 4.0]]]
    """

    dimensions = 1
