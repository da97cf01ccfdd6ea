"""Convolution of images."""

from reference.layers.convolution import Convolution


class Conv2d(Convolution):
    """Slide filters over the rows and columns of images.

    Parameters
    ----------
    in_channels, out_channels
        C and F.
    kernel
        Height and width of a filter, one number where they agree.
        ``params["weight"]`` is (F, C / groups, height, width) and ``params["bias"]``
        is (F,).
    stride
        Rows and columns from one window to the next.
    padding
        Rows and columns of zeros on either side, or a word. ``"valid"`` is none,
        ``"full"`` all that a window reaches: ``dilation * (kernel - 1)``. ``"same"``,
        for stride 1, keeps height and width; where an odd number of zeros is needed,
        the extra one comes last, below or on the right.
    dilation
        Rows and columns from one entry of a window to the next.
    groups
        Number of parts that the channels are cut into; the filters of a part see only
        the channels of theirs.
    kind
        ``"cross_correlation"`` is what courses call convolution;
        ``"convolution"`` turns each filter by 180 degrees first.
    bias
        Whether there is one.
    rng
        Draws the weight from a normal distribution of variance 1 over the number of
        products in an output. Without it the weight is zero, for callers who set
        ``params`` themselves. The bias starts at zero in both cases.

    Notes
    -----
    ``out[n,f,i,j] = bias[f] + sum over c,a,b of
    weight[f,c,a,b] * padded[n, c, stride*i + dilation*a, stride*j + dilation*b]``. For
    ``"convolution"`` it is ``weight[f, c, height-1-a, width-1-b]``. Rows and columns
    that no window reaches have a zero gradient. A weight of even size is padded for
    ``"same"`` as in PyTorch; ``numpy.convolve`` has the extra zero first.

    References
    ----------
    Stanford CS231n, assignment 2 (cross-correlation, stride, padding); Toronto CSC 311,
    lecture 6 (convolution, full size).

    Examples
    --------
    >>> layer = Conv2d(1, 1, (1, 2), kind="convolution", bias=False)
    >>> layer.params["weight"] = np.array([[[[1.0, -1.0]]]])
    >>> layer.forward(np.array([[[[1.0, 5.0, 7.0]]]])).tolist()
    [[[[4.0, 2.0]]]]
    """

    dimensions = 2
