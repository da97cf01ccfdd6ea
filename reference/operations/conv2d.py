"""Convolution of images as an operation."""

from reference.layers.conv2d import Conv2d as Conv2dLayer
from reference.operations.convolution import Convolution
from reference.windows import PerAxis


class Conv2d(Convolution):
    """Convolution of ``x`` (N, C, H, W) with ``weight`` (F, C / groups, kh, kw).

    Parameters
    ----------
    kernel
        kh and kw, one number where they agree.
    stride, padding, dilation, groups, kind, bias
        See ``reference.layers.conv2d``.
    """

    name = "conv2d"
    formula = """
        out[n,f,i,j] = bias[f] + sum over c,a,b of
            weight[f,c,a,b] * padded[n, c, stride*i + dilation*a, stride*j + dilation*b]
        grad_weight[f,c,a,b] = sum over n,i,j of grad_out[n,f,i,j]
            * padded[n, c, stride*i + dilation*a, stride*j + dilation*b]
        grad_bias[f] = sum over n,i,j of grad_out[n,f,i,j]
        grad_padded[n,c,p,q] = sum over f,i,j,a,b with stride*i + dilation*a = p
            and stride*j + dilation*b = q of grad_out[n,f,i,j] * weight[f,c,a,b]
        grad_x = grad_padded without its padding
        (a convolution has weight[f, c, kh-1-a, kw-1-b] for weight[f,c,a,b])
    """
    layer_class = Conv2dLayer
    example_conventions = (
        {},
        {"stride": 1, "padding": "full", "kernel": [3, 2], "kind": "convolution"},
        {"stride": 1, "padding": "same", "kernel": [4, 3], "groups": 2, "bias": False},
        {"stride": [3, 1], "padding": [0, 2], "kernel": 3, "dilation": [2, 1]},
    )

    def __init__(
        self,
        kernel: PerAxis = (3, 4),
        stride: PerAxis = 2,
        padding: PerAxis | str = 1,
        dilation: PerAxis = 1,
        groups: int = 1,
        kind: str = "cross_correlation",
        bias: bool = True,
    ) -> None:
        super().__init__(kernel, stride, padding, dilation, groups, kind, bias)
