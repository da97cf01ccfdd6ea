"""Transposed convolution of images."""

from reference.layers.transposed_convolution import TransposedConvolution


class ConvTranspose2d(TransposedConvolution):
    """Lay a filter, times the entry, on the output for each entry of an image.

    Parameters
    ----------
    in_channels, out_channels
        C and M.
    kernel
        Height and width of a filter, one number where they agree.
        ``params["weight"]`` is (C, M, height, width) as in PyTorch, the input first,
        and ``params["bias"]`` is (M,).
    stride
        Rows and columns of the output from one filter to the next.
    padding
        Rows and columns that are cut off on either side of the output.
    output_padding
        Rows and columns that the output has more, below and on the right, fewer than
        the stride. Only the bias and what ``padding`` would have cut off is there.
    bias
        Whether there is one.
    rng
        Draws the weight from a normal distribution of variance
        ``1 / (C * height * width)``. Without it the weight is zero, for callers who set
        ``params`` themselves. The bias starts at zero in both cases.

    Notes
    -----
    ``out[n,m,p,q] = bias[m] + sum over c,i,j of x[n,c,i,j] * weight[c, m,
    p + padding - stride*i, q + padding - stride*j]``, where the last two indices lie in
    the filter. H rows become ``(H - 1) * stride + height - 2 * padding +
    output_padding``. With the same weight, forward is what a cross-correlation does to
    its ``grad_out``, hence the name: the matrix is transposed.

    References
    ----------
    CMU 11-785, homework 2; Dumoulin and Visin: "A guide to convolution arithmetic for
    deep learning" (2016).

    Examples
    --------
    >>> layer = ConvTranspose2d(1, 1, (1, 2), stride=(1, 3), bias=False)
    >>> layer.params["weight"] = np.array([[[[1.0, -1.0]]]])
    >>> layer.forward(np.array([[[[2.0, 5.0]]]])).tolist()
    [[[[2.0, -2.0, 0.0, 5.0, -5.0]]]]
    """

    dimensions = 2
