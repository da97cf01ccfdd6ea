"""Transposed convolution of sequences as an operation."""

from reference.layers.conv_transpose1d import ConvTranspose1d as ConvTranspose1dLayer
from reference.operations.transposed_convolution import TransposedConvolution
from reference.windows import PerAxis


class ConvTranspose1d(TransposedConvolution):
    """Transposed convolution of ``x`` (N, C, L) with ``weight`` (C, M, kernel).

    Parameters
    ----------
    kernel
        Length of a filter.
    stride, padding, output_padding, bias
        See ``reference.layers.conv_transpose1d``.
    """

    name = "conv_transpose1d"
    formula = """
        whole[n,m,s] = sum over c,t,a with stride*t + a = s of x[n,c,t] * weight[c,m,a]
        out = bias + whole without padding entries at the start, and at the end without
            padding - output_padding
        grad_x[n,c,t] = sum over m,a of grad_whole[n, m, stride*t + a] * weight[c,m,a]
        grad_weight[c,m,a] = sum over n,t of x[n,c,t] * grad_whole[n, m, stride*t + a]
        grad_bias[m] = sum over n,s of grad_out[n,m,s]
        (grad_whole is grad_out with zeros where entries were left out)
    """
    layer_class = ConvTranspose1dLayer
    example_conventions = (
        {},
        {"kernel": 4, "stride": 3, "padding": [0], "output_padding": 2},
        {"kernel": 2, "stride": 1, "output_padding": 0, "bias": False},
    )

    def __init__(
        self,
        kernel: PerAxis = 3,
        stride: PerAxis = 2,
        padding: PerAxis = 1,
        output_padding: PerAxis = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(kernel, stride, padding, output_padding, bias)
