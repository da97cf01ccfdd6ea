"""The logarithm of softmax, computed in one piece."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.layers.along_axis import AlongAxis
from reference.protocols import Array


class LogSoftmax(AlongAxis):
    """Turn each slice along ``axis`` into logarithms of probabilities.

    Parameters
    ----------
    axis
        Counted from the end if negative. The default of -1 means rows: the classes of
        each example in a batch (N, C); 0 is for examples in columns.

    Notes
    -----
    ``out_i = x_i - log(sum_j exp(x_j))``, computed as ``(x_i - m) - log(sum_j
    exp(x_j - m))`` with the maximum m of the slice. The logarithm of a softmax that was
    computed before would be minus infinity where that is rounded to zero. The Jacobian
    is ``d out_i / d x_j = (i == j) - softmax(x)_j``, so ``grad_x_j = grad_out_j -
    softmax(x)_j * sum_i grad_out_i``. Slices of ``grad_x`` sum to zero.

    References
    ----------
    Bishop: "Pattern Recognition and Machine Learning" (2006), section 4.3.4.

    Examples
    --------
    >>> LogSoftmax().forward(np.array([[1000.0, 0.0]])).tolist()
    [[0.0, -1000.0]]
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__(axis)
        self._probabilities: Array | None = None

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x``, with no entry above zero.

        Raises
        ------
        ShapeError
            If ``x`` does not have the axis, or no entries along it.
        """
        peak, exponentials = self.peak_and_exponentials(x)
        total = exponentials.sum(axis=self.axis, keepdims=True)
        self._probabilities = exponentials / total
        return x - peak - np.log(total)

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of ``x``.
        """
        probabilities = after_forward("LogSoftmax", self._probabilities)
        require_upstream("LogSoftmax", grad_out, probabilities.shape)
        total = grad_out.sum(axis=self.axis, keepdims=True)
        return grad_out - probabilities * total
