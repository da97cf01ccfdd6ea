"""The sum at the end of a residual block."""

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.protocols import Array


class Residual:
    """Add what a branch has computed to what went into it.

    Notes
    -----
    ``out = x + branch``. Both gradients are ``grad_out``, as two new arrays. The whole
    gradient for the input of the block is ``grad_x`` plus what the branch makes of
    ``grad_branch``: gradients add up where a value is used twice.

    References
    ----------
    He, Zhang, Ren, Sun: "Deep Residual Learning for Image Recognition" (2016). CMU
    10-714, homework 2 (Residual).

    Examples
    --------
    >>> Residual().forward(np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]])).tolist()
    [[11.0, 22.0]]
    """

    def __init__(self) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._shape: tuple[int, ...] | None = None

    def forward(self, x: Array, branch: Array) -> Array:
        """Return the sum of two arrays of the same shape, which may be any shape.

        Raises
        ------
        ShapeError
            If the shapes differ; nothing is broadcast.
        """
        for name, array in {"x": x, "branch": branch}.items():
            require_floats("Residual", name, array)
        require_shape("Residual", "branch", branch, x.shape)
        self._shape = x.shape
        return x + branch

    def backward(self, grad_out: Array) -> tuple[Array, Array]:
        """Return the gradients for ``x`` and ``branch``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of ``x``.
        """
        require_upstream("Residual", grad_out, after_forward("Residual", self._shape))
        return grad_out.copy(), grad_out.copy()
