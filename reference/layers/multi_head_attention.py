"""Multi-head attention."""

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.conventions import require_choice, require_flag
from reference.errors import ShapeError
from reference.layers.attention import (
    MASKS,
    attend,
    attend_backward,
    permitted,
    require_sequences,
)
from reference.layers.projection import project, rows
from reference.protocols import Array

_OWNER = "MultiHeadAttention"

Heads = tuple[Array, Array, Array, Array, float]


class MultiHeadAttention:
    """Attend several times in parallel, each time in projections of its own.

    Parameters
    ----------
    features
        E. ``weight_q``, ``weight_k``, ``weight_v`` and ``weight_o`` in ``params`` are
        (E, E), as in PyTorch and CS231n. Others may be put there: with h heads, K and
        V of the paper, they are (E, h*K), (E, h*K), (E, h*V) and (h*V, E).
    heads
        h; a divisor of ``features``. Head i has the i-th block of columns of the first
        three weights, and of rows of the last.
    rng
        Draws the weights from normal distributions of variance ``1 / features``.
        Without it they are zero; every bias starts at zero.
    bias
        Whether there are ``bias_q``, ``bias_k``, ``bias_v`` and ``bias_o`` too.
    mask, scale
        See ``reference.layers.scaled_dot_product_attention``; all heads share the mask,
        and K is the width of one head.

    Notes
    -----
    ``out = concat(head_1, ..., head_h) @ weight_o``, each head the scaled dot-product
    attention of its columns of ``query @ weight_q``, ``key @ weight_k`` and
    ``value @ weight_v``. Backward goes through the same products in reverse order. A
    bias of the keys moves all scores of a query by the same amount, which a softmax
    does not see: the gradient for ``bias_k`` is zero but for rounding.

    References
    ----------
    Vaswani et al.: "Attention Is All You Need" (2017), section 3.2.2, without biases.

    Examples
    --------
    >>> layer = MultiHeadAttention(2, heads=2)
    >>> layer.params["weight_v"] = layer.params["weight_o"] = np.eye(2)
    >>> steps = np.array([[[1.0, 4.0], [3.0, 8.0]]])
    >>> layer.forward(steps, steps, steps).tolist()
    [[[2.0, 6.0], [2.0, 6.0]]]
    """

    def __init__(
        self,
        features: int,
        heads: int,
        rng: np.random.Generator | None = None,
        bias: bool = False,
        mask: str = "none",
        scale: bool = True,
    ) -> None:
        if not isinstance(heads, int) or heads < 1 or features < 1 or features % heads:
            raise ValueError(
                f"{_OWNER}: heads must be a whole number that divides features, "
                f"got {heads!r} and {features!r}"
            )
        self.heads = heads
        self.mask = require_choice(_OWNER, "mask", mask, MASKS)
        self.scale = require_flag(_OWNER, "scale", scale)
        self.bias = require_flag(_OWNER, "bias", bias)
        self.params: dict[str, Array] = {}
        for name in "qkvo":
            weight = np.zeros((features, features))
            if rng is not None:
                weight = rng.normal(0.0, features**-0.5, weight.shape)
            self.params[f"weight_{name}"] = weight
        if self.bias:
            self.params |= {f"bias_{name}": np.zeros(features) for name in "qkvo"}
        self.grads: dict[str, Array] = {}
        self._saved: tuple[dict[str, Array], Heads] | None = None

    def forward(
        self, query: Array, key: Array, value: Array, mask: Array | None = None
    ) -> Array:
        """Return (N, T, E) for query (N, T, E), key (N, S, E) and value (N, S, E).

        Raises
        ------
        ConventionError
            If there is a mask although none is taken, or the other way round.
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers, or the mask no
            booleans.
        ShapeError
            If the shapes do not fit each other or the parameters.
        ValueError
            If the mask lets a query attend to no key.
        """
        widths = self._require_parameters()
        given = {"query": query, "key": key, "value": value}
        sizes = require_sequences(_OWNER, given, widths)
        allowed = permitted(_OWNER, self.mask, mask, sizes)
        if allowed is not None and allowed.ndim == 3:
            allowed = allowed[:, np.newaxis]
        inputs = dict(zip("qkv", given.values(), strict=True))
        q, k, v = (self._split(self._affine(inputs[name], name)) for name in "qkv")
        factor = q.shape[-1] ** -0.5 if self.scale else 1.0
        out, weights = attend(q, k, v, allowed, factor)
        inputs["o"] = _join(out)
        self._saved = inputs, (q, k, v, weights, factor)
        return self._affine(inputs["o"], "o")

    def backward(self, grad_out: Array) -> tuple[Array, Array, Array]:
        """Return the gradients for query, key and value, and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        inputs, heads = after_forward(_OWNER, self._saved)
        weight_o = self.params["weight_o"]
        expected = (*inputs["o"].shape[:2], weight_o.shape[1])
        require_upstream(_OWNER, grad_out, expected)
        grad_heads = attend_backward(*heads, self._split(project(grad_out, weight_o.T)))
        grads = dict(zip("qkv", map(_join, grad_heads), strict=True)) | {"o": grad_out}
        self.grads = {
            f"weight_{name}": rows(inputs[name]).T @ rows(grads[name])
            for name in "qkvo"
        }
        if self.bias:
            self.grads |= {
                f"bias_{name}": rows(grads[name]).sum(axis=0) for name in "qkvo"
            }
        grad_query, grad_key, grad_value = (
            project(grads[name], self.params[f"weight_{name}"].T) for name in "qkv"
        )
        return grad_query, grad_key, grad_value

    def _affine(self, array: Array, name: str) -> Array:
        out = project(array, self.params[f"weight_{name}"])
        return out + self.params[f"bias_{name}"] if self.bias else out

    def _split(self, array: Array) -> Array:
        """Return (N, T, h*K) as (N, h, T, K)."""
        count, steps, width = array.shape
        by_head = array.reshape(count, steps, self.heads, width // self.heads)
        return by_head.swapaxes(1, 2)

    def _require_parameters(self) -> dict[str, int]:
        """Return the widths of the inputs if the parameters agree with each other."""
        for name, array in self.params.items():
            require_floats(_OWNER, name, array)
        weights = {name: self.params[f"weight_{name}"] for name in "qkvo"}
        for name, weight in weights.items():
            if weight.ndim != 2 or 0 in weight.shape:
                raise ShapeError(
                    f"{_OWNER}: weight_{name} must be a matrix that is not empty, "
                    f"got {weight.shape}"
                )
        for name in "qv":
            if weights[name].shape[1] % self.heads:
                raise ShapeError(
                    f"{_OWNER}: weight_{name} must have a multiple of {self.heads} "
                    f"columns, got {weights[name].shape}"
                )
        # The keys meet the queries, and what the heads return meets the last weight.
        width_k, width_v = weights["q"].shape[1], weights["v"].shape[1]
        k, o = weights["k"], weights["o"]
        require_shape(_OWNER, "weight_k", k, (len(k), width_k))
        require_shape(_OWNER, "weight_o", o, (width_v, o.shape[1]))
        if self.bias:
            for name, weight in weights.items():
                bias = self.params[f"bias_{name}"]
                require_shape(_OWNER, f"bias_{name}", bias, weight.shape[1:])
        return {name: len(weights[name[0]]) for name in ("query", "key", "value")}


def _join(heads: Array) -> Array:
    """Return (N, h, T, K) as (N, T, h*K)."""
    count, number, steps, width = heads.shape
    return heads.swapaxes(1, 2).reshape(count, steps, number * width)
