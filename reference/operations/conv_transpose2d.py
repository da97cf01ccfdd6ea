"""Transposed convolution of images as an operation."""

from reference.layers.conv_transpose2d import ConvTranspose2d as ConvTranspose2dLayer
from reference.operations.transposed_convolution import TransposedConvolution
from reference.windows import PerAxis


class ConvTranspose2d(TransposedConvolution):
    """Transposed convolution of ``x`` (N, C, H, W) with ``weight`` (C, M, kh, kw).

    Parameters
    ----------
    kernel
        kh and kw, one number where they agree.
    stride, padding, output_padding, bias
        See ``reference.layers.conv_transpose2d``.
    """

    name = "conv_transpose2d"
    formula = """
        whole[n,m,p,q] = sum over c,i,j,a,b with stride*i + a = p and stride*j + b = q
            of x[n,c,i,j] * weight[c,m,a,b]
        out = bias + whole without padding rows and columns at the start, and at the end
            without padding - output_padding
        grad_x[n,c,i,j] = sum over m,a,b of
            grad_whole[n, m, stride*i + a, stride*j + b] * weight[c,m,a,b]
        grad_weight[c,m,a,b] = sum over n,i,j of
            x[n,c,i,j] * grad_whole[n, m, stride*i + a, stride*j + b]
        grad_bias[m] = sum over n,p,q of grad_out[n,m,p,q]
        (grad_whole is grad_out with zeros where rows and columns were left out)
    """
    layer_class = ConvTranspose2dLayer
    example_conventions = (
        {},
        {
            "kernel": 3,
            "stride": [1, 2],
            "padding": [0, 2],
            "output_padding": [0, 1],
            "bias": False,
        },
    )

    def __init__(
        self,
        kernel: PerAxis = (3, 4),
        stride: PerAxis = 2,
        padding: PerAxis = 1,
        output_padding: PerAxis = 1,
        bias: bool = True,
    ) -> None:
        super().__init__(kernel, stride, padding, output_padding, bias)
