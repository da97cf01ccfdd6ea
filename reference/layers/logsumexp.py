"""The logarithm of a sum of exponentials."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_flag
from reference.layers.along_axis import AlongAxis
from reference.protocols import Array


class LogSumExp(AlongAxis):
    """Reduce each slice along ``axis`` to the logarithm of its summed exponentials.

    Parameters
    ----------
    axis
        Counted from the end if negative. The default of -1 means rows: (N, C) becomes
        (N,); 0 is for examples in columns.
    keepdims
        Whether the axis stays, with length 1: (N, C) becomes (N, 1).

    Notes
    -----
    ``out = log(sum_j exp(x_j))``, computed as ``m + log(sum_j exp(x_j - m))`` with the
    maximum m of the slice, so that no exponential overflows. A number added to the
    whole slice is added to the output. The Jacobian is the softmax of the slice:
    ``grad_x = grad_out * softmax(x)``, and slices of ``grad_x`` sum to ``grad_out``.

    References
    ----------
    CMU 10-714, homework 2 (LogSumExp).

    Examples
    --------
    >>> LogSumExp().forward(np.array([[1000.0, 0.0], [-1000.0, -1000.0]])).round(3)
    array([1000.   , -999.307])
    """

    def __init__(self, axis: int = -1, keepdims: bool = False) -> None:
        super().__init__(axis)
        self.keepdims = require_flag("LogSumExp", "keepdims", keepdims)
        self._saved: tuple[Array, tuple[int, ...]] | None = None

    def forward(self, x: Array) -> Array:
        """Return an array without the axis, or with length 1 along it.

        Raises
        ------
        ShapeError
            If ``x`` does not have the axis, or no entries along it.
        """
        peak, exponentials = self.peak_and_exponentials(x)
        total = exponentials.sum(axis=self.axis, keepdims=True)
        out: Array = peak + np.log(total)
        if not self.keepdims:
            out = out.squeeze(self.axis)
        self._saved = exponentials / total, out.shape
        return out

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        probabilities, shape = after_forward("LogSumExp", self._saved)
        require_upstream("LogSumExp", grad_out, shape)
        if not self.keepdims:
            grad_out = np.expand_dims(grad_out, self.axis)
        return grad_out * probabilities
