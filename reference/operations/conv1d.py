"""Convolution of sequences as an operation."""

from reference.layers.conv1d import Conv1d as Conv1dLayer
from reference.operations.convolution import Convolution
from reference.windows import PerAxis


class Conv1d(Convolution):
    """Convolution of ``x`` (N, C, L) with ``weight`` (F, C / groups, kernel).

    Parameters
    ----------
    kernel
        Length of a filter.
    stride, padding, dilation, groups, kind, bias
        See ``reference.layers.conv1d``.
    """

    name = "conv1d"
    formula = """
        out[n,f,t] = bias[f] + sum over c,a of
            weight[f,c,a] * padded[n, c, stride*t + dilation*a]
        grad_weight[f,c,a] = sum over n,t of
            grad_out[n,f,t] * padded[n, c, stride*t + dilation*a]
        grad_bias[f] = sum over n,t of grad_out[n,f,t]
        grad_padded[n,c,s] = sum over f,t,a with stride*t + dilation*a = s of
            grad_out[n,f,t] * weight[f,c,a]
        grad_x = grad_padded without its padding
        (a convolution has weight[f, c, kernel-1-a] for weight[f,c,a])
    """
    layer_class = Conv1dLayer
    example_conventions = (
        {},
        {"kind": "convolution", "padding": "full", "stride": 1},
        {"kernel": 4, "padding": "same", "stride": 1, "bias": False},
        {"kernel": 4, "padding": "valid", "stride": [3], "dilation": 2, "groups": 2},
    )

    def __init__(
        self,
        kernel: PerAxis = 3,
        stride: PerAxis = 2,
        padding: PerAxis | str = 1,
        dilation: PerAxis = 1,
        groups: int = 1,
        kind: str = "cross_correlation",
        bias: bool = True,
    ) -> None:
        super().__init__(kernel, stride, padding, dilation, groups, kind, bias)
