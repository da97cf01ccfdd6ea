"""Average pooling of images as an operation."""

from reference.layers.average_pool2d import AveragePool2d as AveragePool2dLayer
from reference.operations.average_pooling import AveragePooling
from reference.windows import PerAxis


class AveragePool2d(AveragePooling):
    """The average of each window of ``x`` (N, C, H, W).

    Parameters
    ----------
    kernel
        Height and width of a window, one number where they agree.
    stride, padding, ragged, divisor
        See ``reference.layers.average_pool2d``.
    """

    name = "average_pool2d"
    formula = """
        out[n,c,i,j] = sum over a,b of padded[n, c, stride*i + a, stride*j + b]
            / divisor[i,j]
        grad_padded[n,c,p,q] = sum of grad_out[n,c,i,j] / divisor[i,j] over the windows
            i,j that hold p,q
        grad_x = grad_padded without its padding
    """
    layer_class = AveragePool2dLayer
    example_conventions = (
        {},
        {"kernel": [2, 3], "stride": [1, 2], "padding": [1, 0], "ragged": "keep"},
        {"kernel": 3, "padding": 1, "ragged": "keep", "divisor": "unpadded"},
        {"kernel": 2, "divisor": "kernel"},
    )

    def __init__(
        self,
        kernel: PerAxis = (2, 3),
        stride: PerAxis = 2,
        padding: PerAxis = 0,
        ragged: str = "drop",
        divisor: str = "padded",
    ) -> None:
        super().__init__(kernel, stride, padding, ragged, divisor)
