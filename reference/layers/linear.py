"""The affine layer, which students know as the linear or fully connected layer."""

from typing import ClassVar

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.protocols import Array


class Linear:
    """Map each row ``x`` of a batch to ``x @ weight + bias``.

    Parameters
    ----------
    in_features, out_features
        D and M.
    rng
        Draws the weight from a normal distribution of variance ``1 / in_features``.
        Without it the weight is zero, for callers who set ``params`` themselves.
        The bias starts at zero in both cases.
    bias
        Where the bias lives:

        - ``"separate"``: ``params["weight"]`` is (D, M), ``params["bias"]`` is (M,).
        - ``"none"``: there is no bias. Penn CIS 4190/5190, lecture 12.
        - ``"folded_first"``: ``params["weight"]`` is (D + 1, M), and its first row is
          the bias, as if each row of the batch began with a 1. CMU 10-301/601, lecture
          14, where it is column 0 of a weight that acts on columns.
        - ``"folded_last"``: the same with the last row. Rochester.

    Notes
    -----
    With ``grad_out`` (N, M): ``grad_weight = x.T @ grad_out``, ``grad_bias`` sums
    ``grad_out`` over the batch, ``grad_x = grad_out @ weight.T``. Nothing is divided
    by N here: an average belongs to the loss. Where the bias is folded, its gradient
    is the row of ``grad_weight`` in its place, and ``grad_x`` still has D columns: no
    gradient goes to the 1, which is no input.

    References
    ----------
    Toronto CSC 311, lecture 6, "MLP backward", with rows instead of columns.

    Examples
    --------
    >>> layer = Linear(2, 1)
    >>> layer.params["weight"] = np.array([[2.0], [3.0]])
    >>> layer.forward(np.array([[1.0, 10.0]])).tolist()
    [[32.0]]
    >>> layer = Linear(2, 1, bias="folded_first")
    >>> layer.params["weight"] = np.array([[5.0], [2.0], [3.0]])
    >>> layer.forward(np.array([[1.0, 10.0]])).tolist()
    [[37.0]]
    """

    biases: ClassVar[tuple[str, ...]] = (
        "separate",
        "none",
        "folded_first",
        "folded_last",
    )

    def __init__(
        self,
        in_features: int,
        out_features: int,
        rng: np.random.Generator | None = None,
        bias: str = "separate",
    ) -> None:
        if in_features < 1 or out_features < 1:
            raise ValueError(
                "Linear: in_features and out_features must be at least 1, "
                f"got {in_features} and {out_features}"
            )
        self.bias = require_choice("Linear", "bias", bias, self.biases)
        self._features, self._folded = _rows(bias)
        weight = np.zeros((in_features + self.folded, out_features))
        if rng is not None:
            shape = (in_features, out_features)
            weight[self._features] = rng.normal(0.0, in_features**-0.5, shape)
        self.params: dict[str, Array] = {"weight": weight}
        if bias == "separate":
            self.params["bias"] = np.zeros(out_features)
        self.grads: dict[str, Array] = {}
        self._x: Array | None = None

    @property
    def folded(self) -> int:
        """Return how many rows of the weight are a bias: 1 or 0."""
        return 0 if self._folded is None else 1

    def forward(self, x: Array) -> Array:
        """Return (N, M) for ``x`` of shape (N, D).

        Raises
        ------
        ShapeError
            If ``x`` is not (N, D), or ``params`` were set to shapes that do not fit.
        """
        self._check(x)
        weight = self.params["weight"]
        out = x @ weight[self._features]
        self._x = x
        if self._folded is not None:
            return out + weight[self._folded]
        return out + self.params["bias"] if self.bias == "separate" else out

    def backward(self, grad_out: Array) -> Array:
        """Turn (N, M) into the (N, D) gradient for ``x`` and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        x = after_forward("Linear", self._x)
        weight = self.params["weight"]
        require_upstream("Linear", grad_out, (len(x), weight.shape[1]))
        if self._folded is None:
            self.grads = {"weight": x.T @ grad_out}
        else:
            grad = np.empty(weight.shape, np.result_type(x, grad_out))
            np.matmul(x.T, grad_out, out=grad[self._features])
            np.sum(grad_out, axis=0, out=grad[self._folded])
            self.grads = {"weight": grad}
        if self.bias == "separate":
            self.grads["bias"] = grad_out.sum(axis=0)
        return grad_out @ weight[self._features].T

    def _check(self, x: Array) -> None:
        for name, array in {"x": x, **self.params}.items():
            require_floats("Linear", name, array)
        weight = self.params["weight"]
        if weight.ndim != 2 or len(weight) < self.folded:
            rows = "D + 1" if self.folded else "D"
            raise ShapeError(f"Linear: weight must be ({rows}, M), got {weight.shape}")
        in_features = len(weight) - self.folded
        if self.bias == "separate":
            require_shape("Linear", "bias", self.params["bias"], weight.shape[1:])
        if x.ndim != 2 or x.shape[1] != in_features:
            raise ShapeError(f"Linear: x must be (N, {in_features}), got {x.shape}")


def _rows(bias: str) -> tuple[slice, int | None]:
    """Return which rows of the weight belong to features and which one is the bias."""
    if bias == "folded_first":
        return slice(1, None), 0
    if bias == "folded_last":
        return slice(None, -1), -1
    return slice(None), None
