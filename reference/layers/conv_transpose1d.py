"""Transposed convolution of sequences."""

from reference.layers.transposed_convolution import TransposedConvolution


class ConvTranspose1d(TransposedConvolution):
    """Lay a filter, times the entry, on the output for each entry of a sequence.

    Parameters
    ----------
    in_channels, out_channels
        C and M.
    kernel
        Length of a filter. ``params["weight"]`` is (C, M, kernel) as in PyTorch, the
        input first, and ``params["bias"]`` is (M,).
    stride
        Steps of the output from one filter to the next.
    padding
        Entries that are cut off on either side of the output.
    output_padding
        Entries that the output has more at the end, fewer than the stride. Only the
        bias and what ``padding`` would have cut off is there.
    bias
        Whether there is one.
    rng
        Draws the weight from a normal distribution of variance ``1 / (C * kernel)``.
        Without it the weight is zero, for callers who set ``params`` themselves. The
        bias starts at zero in both cases.

    Notes
    -----
    ``out[n,m,t] = bias[m] + sum over c,i of x[n,c,i] * weight[c, m,
    t + padding - stride*i]``, where the last index lies in the filter. L entries become
    ``(L - 1) * stride + kernel - 2 * padding + output_padding``. With the same weight,
    forward is what a cross-correlation does to its ``grad_out``.

    References
    ----------
    CMU 11-785, homework 2.

    Examples
    --------
    >>> layer = ConvTranspose1d(1, 1, 2, bias=False)
    >>> layer.params["weight"] = np.array([[[1.0, -1.0]]])
    >>> layer.forward(np.array([[[2.0, 5.0]]])).tolist()
    [[[2.0, 3.0, -5.0]]]
    """

    dimensions = 1
