"""The step from images or sequences to rows of features."""

import math

from reference.arrays import after_forward, require_floats, require_upstream
from reference.errors import ShapeError
from reference.protocols import Array


class Flatten:
    """Turn each example of a batch into one row.

    Notes
    -----
    (N, C, H, W) becomes (N, C*H*W), with the last axis running fastest; ``backward``
    puts the gradient back into the shape of ``x``. Both return new arrays.

    References
    ----------
    CMU 11-785, homework 2 part 1.

    Examples
    --------
    >>> layer = Flatten()
    >>> layer.forward(np.array([[[1.0, 2.0], [3.0, 4.0]]])).tolist()
    [[1.0, 2.0, 3.0, 4.0]]
    """

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._shape: tuple[int, ...] | None = None

    def forward(self, x: Array) -> Array:
        """Return (N, K) for ``x`` of shape (N, ...) with K entries in each example.

        Raises
        ------
        ShapeError
            If ``x`` has no axis besides the batch.
        """
        require_floats("Flatten", "x", x)
        if x.ndim < 2:
            raise ShapeError(f"Flatten: x must be (N, ...), got {x.shape}")
        self._shape = x.shape
        return x.reshape(self._rows(x.shape)).copy()

    def backward(self, grad_out: Array) -> Array:
        """Turn (N, K) into the gradient for ``x``, in its shape.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        shape = after_forward("Flatten", self._shape)
        require_upstream("Flatten", grad_out, self._rows(shape))
        return grad_out.reshape(shape).copy()

    @staticmethod
    def _rows(shape: tuple[int, ...]) -> tuple[int, int]:
        return shape[0], math.prod(shape[1:])
