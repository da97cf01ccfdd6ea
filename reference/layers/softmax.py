"""Softmax as a layer of its own."""

from reference.arrays import after_forward, require_upstream
from reference.layers.along_axis import AlongAxis
from reference.protocols import Array


class Softmax(AlongAxis):
    """Turn each slice along ``axis`` into positive numbers that sum to one.

    Parameters
    ----------
    axis
        Counted from the end if negative. The default of -1 means rows: the classes of
        each example in a batch (N, C); 0 is for examples in columns.

    Notes
    -----
    ``out_i = exp(x_i) / sum_j exp(x_j)``, computed after subtracting the maximum of the
    slice, which changes nothing in exact arithmetic. Each entry depends on the whole
    slice: the Jacobian is ``d out_i / d x_j = out_i * ((i == j) - out_j)``, that is
    ``diag(out) - out out^T``. It is symmetric, and backward multiplies by it without
    building it: ``grad_x = out * (grad_out - sum_j grad_out_j * out_j)``. Slices of
    ``grad_x`` sum to zero.

    References
    ----------
    Penn CIS 4190/5190, lecture 12, where softmax is a layer and derivatives are
    Jacobians with one row for each output.

    Examples
    --------
    >>> Softmax().forward(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """

    def __init__(self, axis: int = -1) -> None:
        super().__init__(axis)
        self._out: Array | None = None

    def forward(self, x: Array) -> Array:
        """Return an array of the shape of ``x`` whose slices sum to one.

        Raises
        ------
        ShapeError
            If ``x`` does not have the axis, or no entries along it.
        """
        _, exponentials = self.peak_and_exponentials(x)
        self._out = exponentials / exponentials.sum(axis=self.axis, keepdims=True)
        return self._out.copy()

    def backward(self, grad_out: Array) -> Array:
        """Turn the gradient for the output into the gradient for ``x``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of ``x``.
        """
        out = after_forward("Softmax", self._out)
        require_upstream("Softmax", grad_out, out.shape)
        mean = (grad_out * out).sum(axis=self.axis, keepdims=True)
        return out * (grad_out - mean)
