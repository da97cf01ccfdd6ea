"""Max pooling of images."""

from reference.layers.max_pooling import MaxPooling


class MaxPool2d(MaxPooling):
    """Take the largest entry of each window of rows and columns.

    Parameters
    ----------
    kernel
        Height and width of a window, one number where they agree.
    stride
        Rows and columns from one window to the next; windows overlap where it is
        smaller than the kernel. Left out, it is the kernel.
    padding
        Rows and columns on either side that are part of windows and never win; at most
        half the kernel.
    ragged
        What becomes of rows and columns at the end that fill no window: ``"drop"``
        leaves them out, ``"keep"`` has a smaller window for them, unless it would begin
        in the padding.
    ties
        Where the gradient goes if a window has several largest entries: ``"first"`` by
        rows, ``"split"`` in equal parts, or ``"all"``, each of which gets the whole.
        That one is not a valid subgradient: more leaves the layer than came in.

    Notes
    -----
    ``out[n,c,i,j] = max over a,b of x[n, c, stride*i + a - padding, stride*j + b -
    padding]``. An entry that is the largest of several windows gets the sum of their
    gradients, one that no window reaches gets zero.

    References
    ----------
    Toronto CSC 311, lecture 6; Stanford CS231n, assignment 2. ``"split"`` is the rule
    of TensorFlow's ``reduce_max``.

    Examples
    --------
    >>> layer = MaxPool2d(2, stride=1)
    >>> layer.forward(np.array([[[[1.0, 2.0, 4.0], [8.0, 5.0, 7.0]]]])).tolist()
    [[[[8.0, 7.0]]]]
    """

    dimensions = 2
