"""Average pooling of sequences as an operation."""

from reference.layers.average_pool1d import AveragePool1d as AveragePool1dLayer
from reference.operations.average_pooling import AveragePooling
from reference.windows import PerAxis


class AveragePool1d(AveragePooling):
    """The average of each window of ``x`` (N, C, L).

    Parameters
    ----------
    kernel
        Length of a window.
    stride, padding, ragged, divisor
        See ``reference.layers.average_pool1d``.
    """

    name = "average_pool1d"
    formula = """
        out[n,c,t] = sum over a of padded[n, c, stride*t + a] / divisor[t]
        grad_padded[n,c,s] = sum of grad_out[n,c,t] / divisor[t] over the windows t
            that hold s
        grad_x = grad_padded without its padding
    """
    layer_class = AveragePool1dLayer
    example_conventions = (
        {},
        {"kernel": 4, "stride": [3], "padding": 2, "ragged": "keep"},
        {"kernel": 3, "padding": 1, "ragged": "keep", "divisor": "unpadded"},
        {"kernel": 2, "ragged": "keep", "divisor": "kernel"},
    )

    def __init__(
        self,
        kernel: PerAxis = 3,
        stride: PerAxis = 2,
        padding: PerAxis = 0,
        ragged: str = "drop",
        divisor: str = "padded",
    ) -> None:
        super().__init__(kernel, stride, padding, ragged, divisor)
