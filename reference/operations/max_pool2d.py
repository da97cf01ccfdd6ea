"""Max pooling of images as an operation."""

from reference.layers.max_pool2d import MaxPool2d as MaxPool2dLayer
from reference.operations.max_pooling import MaxPooling
from reference.windows import PerAxis


class MaxPool2d(MaxPooling):
    """The largest entry of each window of ``x`` (N, C, H, W).

    Parameters
    ----------
    kernel
        Height and width of a window, one number where they agree.
    stride, padding, ragged, ties
        See ``reference.layers.max_pool2d``.
    """

    name = "max_pool2d"
    formula = """
        out[n,c,i,j] = max over a,b of
            x[n, c, stride*i + a - padding, stride*j + b - padding]
        grad_x[n,c,p,q] = sum of grad_out[n,c,i,j] over the windows i,j
            whose largest entry is x[n,c,p,q]
    """
    layer_class = MaxPool2dLayer
    example_conventions = (
        {},
        {"kernel": 3, "stride": 2, "padding": 1, "ties": "split"},
        {"kernel": [2, 3], "stride": [1, 2], "padding": [1, 0], "ragged": "keep"},
        {"kernel": 2, "ties": "all"},
    )

    def __init__(
        self,
        kernel: PerAxis = (2, 3),
        stride: PerAxis = 2,
        padding: PerAxis = 0,
        ragged: str = "drop",
        ties: str = "first",
    ) -> None:
        super().__init__(kernel, stride, padding, ragged, ties)
