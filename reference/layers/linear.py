"""The affine layer, which students know as the linear or fully connected layer."""

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.errors import ShapeError
from reference.protocols import Array


class Linear:
    """Map each row ``x`` of a batch to ``x @ weight + bias``.

    Parameters
    ----------
    in_features, out_features
        D and M. ``params["weight"]`` is (D, M) and ``params["bias"]`` is (M,).
    rng
        Draws the weight from a normal distribution of variance ``1 / in_features``.
        Without it the weight is zero, for callers who set ``params`` themselves.
        The bias starts at zero in both cases.

    Notes
    -----
    With ``grad_out`` (N, M): ``grad_weight = x.T @ grad_out``, ``grad_bias`` sums
    ``grad_out`` over the batch, ``grad_x = grad_out @ weight.T``. Nothing is divided
    by N here: an average belongs to the loss.

    References
    ----------
    Toronto CSC 311, lecture 6, "MLP backward", with rows instead of columns.

    Examples
    --------
    >>> layer = Linear(2, 1)
    >>> layer.params["weight"] = np.array([[2.0], [3.0]])
    >>> layer.forward(np.array([[1.0, 10.0]])).tolist()
    [[32.0]]
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        rng: np.random.Generator | None = None,
    ) -> None:
        if in_features < 1 or out_features < 1:
            raise ValueError(
                "Linear: in_features and out_features must be at least 1, "
                f"got {in_features} and {out_features}"
            )
        shape = (in_features, out_features)
        if rng is None:
            weight = np.zeros(shape)
        else:
            weight = rng.normal(0.0, in_features**-0.5, shape)
        self.params: dict[str, Array] = {
            "weight": weight,
            "bias": np.zeros(out_features),
        }
        self.grads: dict[str, Array] = {}
        self._x: Array | None = None

    def forward(self, x: Array) -> Array:
        """Return (N, M) for ``x`` of shape (N, D).

        Raises
        ------
        ShapeError
            If ``x`` is not (N, D), or ``params`` were set to shapes that do not fit.
        """
        for name, array in {"x": x, **self.params}.items():
            require_floats("Linear", name, array)
        weight, bias = self.params["weight"], self.params["bias"]
        if weight.ndim != 2:
            raise ShapeError(f"Linear: weight must be (D, M), got {weight.shape}")
        in_features, out_features = weight.shape
        require_shape("Linear", "bias", bias, (out_features,))
        if x.ndim != 2 or x.shape[1] != in_features:
            raise ShapeError(f"Linear: x must be (N, {in_features}), got {x.shape}")
        self._x = x
        return x @ weight + bias

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
        self.grads = {"weight": x.T @ grad_out, "bias": grad_out.sum(axis=0)}
        return grad_out @ weight.T
