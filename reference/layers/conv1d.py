"""Convolution of sequences."""

from reference.layers.convolution import Convolution


class Conv1d(Convolution):
    """Slide filters along sequences.

    Parameters
    ----------
    in_channels, out_channels
        C and F.
    kernel
        Length of a filter. ``params["weight"]`` is (F, C / groups, kernel) and
        ``params["bias"]`` is (F,).
    stride
        Steps from one window to the next.
    padding
        Zeros on either side, or a word. ``"valid"`` is none, ``"full"`` all that a
        window reaches: ``dilation * (kernel - 1)``. ``"same"``, for stride 1, keeps the
        length; where an odd number of zeros is needed, the extra one comes last.
    dilation
        Steps from one entry of a window to the next.
    groups
        Number of parts that the channels are cut into; the filters of a part see only
        the channels of theirs.
    kind
        ``"cross_correlation"`` is what courses call convolution;
        ``"convolution"`` reverses each filter first.
    bias
        Whether there is one.
    rng
        Draws the weight from a normal distribution of variance 1 over the number of
        products in an output. Without it the weight is zero, for callers who set
        ``params`` themselves. The bias starts at zero in both cases.

    Notes
    -----
    ``out[n,f,t] = bias[f] + sum over c,a of
    weight[f,c,a] * padded[n, c, stride*t + dilation*a]``; for ``"convolution"`` it is
    ``weight[f, c, kernel-1-a]``. With ``padding="full"`` and stride 1 the latter is
    ``(x * w)_t = sum over tau of x_tau w_(t - tau)``, which commutes. Entries that no
    window reaches have a zero gradient. A weight of even length is padded for
    ``"same"`` as in PyTorch; ``numpy.convolve`` has the extra zero first.

    References
    ----------
    Toronto CSC 311, lecture 6; CMU 11-785, homework 2 (cross-correlation, stride).

    Examples
    --------
    >>> layer = Conv1d(1, 1, 2, padding="full", kind="convolution", bias=False)
    >>> layer.params["weight"] = np.array([[[1.0, -1.0]]])
    >>> layer.forward(np.array([[[1.0, 5.0, 7.0]]])).tolist()
    [[[1.0, 4.0, 2.0, -7.0]]]
    """

    dimensions = 1
