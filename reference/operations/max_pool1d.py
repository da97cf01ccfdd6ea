"""Max pooling of sequences as an operation."""

from reference.layers.max_pool1d import MaxPool1d as MaxPool1dLayer
from reference.operations.max_pooling import MaxPooling
from reference.windows import PerAxis


class MaxPool1d(MaxPooling):
    """The largest entry of each window of ``x`` (N, C, L).

    Parameters
    ----------
    kernel
        Length of a window.
    stride, padding, ragged, ties
        See ``reference.layers.max_pool1d``.
    """

    name = "max_pool1d"
    formula = """
        out[n,c,t] = max over a of x[n, c, stride*t + a - padding]
        grad_x[n,c,s] = sum of grad_out[n,c,t] over the windows t
            whose largest entry is x[n,c,s]
    """
    layer_class = MaxPool1dLayer
    example_conventions = (
        {},
        {"kernel": 4, "stride": [3], "padding": 2, "ragged": "keep", "ties": "split"},
        {"kernel": 2, "ties": "all"},
    )

    def __init__(
        self,
        kernel: PerAxis = 3,
        stride: PerAxis = 2,
        padding: PerAxis = 0,
        ragged: str = "drop",
        ties: str = "first",
    ) -> None:
        super().__init__(kernel, stride, padding, ragged, ties)
