"""Max pooling of sequences."""

from reference.layers.max_pooling import MaxPooling


class MaxPool1d(MaxPooling):
    """Take the largest entry of each window of a sequence.

    Parameters
    ----------
    kernel
        Length of a window.
    stride
        Steps from one window to the next; windows overlap where it is smaller than the
        kernel. Left out, it is the kernel.
    padding
        Entries on either side that are part of windows and never win; at most half the
        kernel.
    ragged
        What becomes of entries at the end that fill no window: ``"drop"`` leaves them
        out, ``"keep"`` has a smaller window for them, unless it would begin in the
        padding.
    ties
        Where the gradient goes if a window has several largest entries: to the
        ``"first"``, ``"split"`` in equal parts, or to ``"all"``, each of which gets the
        whole. That one is not a valid subgradient: more leaves the layer than came in.

    Notes
    -----
    ``out[n,c,t] = max over a of x[n, c, stride*t + a - padding]``. An entry that is the
    largest of several windows gets the sum of their gradients, one that no window
    reaches gets zero.

    References
    ----------
    Toronto CSC 311, lecture 6.

    Examples
    --------
    >>> layer = MaxPool1d(2, stride=1)
    >>> layer.forward(np.array([[[1.0, 2.0, 4.0, 3.0]]])).tolist()
    [[[2.0, 4.0, 4.0]]]
    """

    dimensions = 1
