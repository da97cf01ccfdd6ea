"""Average pooling of images."""

from reference.layers.average_pooling import AveragePooling


class AveragePool2d(AveragePooling):
    """Average each window of rows and columns.

    Parameters
    ----------
    kernel
        Height and width of a window, one number where they agree.
    stride
        Rows and columns from one window to the next; windows overlap where it is
        smaller than the kernel. Left out, it is the kernel.
    padding
        Rows and columns of zeros on either side; at most half the kernel.
    ragged
        What becomes of rows and columns at the end that fill no window: ``"drop"``
        leaves them out, ``"keep"`` has a smaller window for them, unless it would begin
        in the padding.
    divisor
        What the sum of a window is divided by: ``"padded"``, the number of its entries
        in the image and the padding, as in PyTorch; ``"unpadded"``, of those in the
        image alone; ``"kernel"``, height times width of a whole window. They differ
        only where there is padding or a smaller window.

    Notes
    -----
    ``out[n,c,i,j] = sum over a,b of padded[n, c, stride*i + a, stride*j + b]``, divided
    by the divisor. Each entry of a window gets the gradient of the window over the
    divisor; an entry of several windows gets the sum, one that no window reaches zero.

    References
    ----------
    CMU 11-785, homework 2 (mean pooling); LeCun et al.: "Gradient-Based Learning
    Applied to Document Recognition" (1998), without its trained factor.

    Examples
    --------
    >>> layer = AveragePool2d((2, 1))
    >>> layer.forward(np.array([[[[1.0, 2.0], [5.0, 4.0]]]])).tolist()
    [[[[3.0, 3.0]]]]
    """

    dimensions = 2
