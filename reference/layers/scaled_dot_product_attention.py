"""Scaled dot-product attention."""

from reference.arrays import after_forward, require_shape, require_upstream
from reference.conventions import require_choice, require_flag
from reference.layers.attention import (
    MASKS,
    attend,
    attend_backward,
    permitted,
    require_sequences,
)
from reference.protocols import Array

_OWNER = "ScaledDotProductAttention"


class ScaledDotProductAttention:
    """Average the values, weighted by how well their keys match each query.

    Parameters
    ----------
    mask
        Which query may attend to which key:

        - ``"none"``: every query to every key.
        - ``"given"``: ``forward`` takes a mask (N, T, S), true where it may.
        - ``"shared"``: ``forward`` takes one mask (T, S) for all examples.
        - ``"causal"``: query t to the keys 0 to t.
    scale
        Whether the scores are divided by the square root of K.

    Notes
    -----
    ``scores = query @ key.T / sqrt(K)``, ``weights = softmax(scores)`` over each row
    and ``out = weights @ value``. Where a query may not attend, the score counts as
    minus infinity and the weight is zero. The maximum of each row is subtracted before
    the exponential. Then ``grad_value = weights.T @ grad_out``, and with
    ``grad_weights = grad_out @ value.T`` and sums over each row,
    ``grad_scores = weights * (grad_weights - sum(weights * grad_weights))``, from which
    ``grad_query = grad_scores @ key / sqrt(K)`` and
    ``grad_key = grad_scores.T @ query / sqrt(K)``.

    References
    ----------
    Vaswani et al.: "Attention Is All You Need" (2017), section 3.2.1.

    Examples
    --------
    >>> layer = ScaledDotProductAttention(mask="causal")
    >>> steps = np.zeros((1, 2, 3))
    >>> layer.forward(steps, steps, np.array([[[2.0], [4.0]]])).tolist()
    [[[2.0], [3.0]]]
    """

    def __init__(self, mask: str = "none", scale: bool = True) -> None:
        self.mask = require_choice(_OWNER, "mask", mask, MASKS)
        self.scale = require_flag(_OWNER, "scale", scale)
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self._saved: tuple[Array, Array, Array, Array, float] | None = None

    def forward(
        self, query: Array, key: Array, value: Array, mask: Array | None = None
    ) -> Array:
        """Return (N, T, V) for query (N, T, K), key (N, S, K) and value (N, S, V).

        Raises
        ------
        ConventionError
            If there is a mask although none is taken, or the other way round.
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers, or the mask no
            booleans.
        ShapeError
            If the shapes do not fit each other.
        ValueError
            If the mask lets a query attend to no key.
        """
        sizes = require_sequences(
            _OWNER, {"query": query, "key": key, "value": value}, {}
        )
        count, _, keys = sizes
        require_shape(_OWNER, "key", key, (count, keys, query.shape[2]))
        allowed = permitted(_OWNER, self.mask, mask, sizes)
        factor = query.shape[2] ** -0.5 if self.scale else 1.0
        out, weights = attend(query, key, value, allowed, factor)
        self._saved = (query, key, value, weights, factor)
        return out

    def backward(self, grad_out: Array) -> tuple[Array, Array, Array]:
        """Return the gradients for query, key and value.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        saved = after_forward(_OWNER, self._saved)
        query, _, value, *_ = saved
        require_upstream(_OWNER, grad_out, (*query.shape[:2], value.shape[2]))
        return attend_backward(*saved, grad_out)
