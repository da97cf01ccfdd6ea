"""The table that maps words, or other indices, to vectors."""

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_integers,
    require_upstream,
)
from reference.errors import ShapeError
from reference.protocols import Array


class Embedding:
    """Look up the row of ``weight`` for each index.

    Parameters
    ----------
    num_embeddings, embedding_dim
        V and D. ``params["weight"]`` is (V, D).
    rng
        Draws the weight from the standard normal distribution. Without it the weight
        is zero, for callers who set ``params`` themselves.

    Notes
    -----
    ``out[..., :] = weight[indices[...], :]``. Row v of ``grad_weight`` is the sum of
    ``grad_out`` over all places where v was looked up: an index that comes twice
    collects both gradients, and a row that was not looked up has a gradient of zero.
    It is the gradient of ``one_hot(indices) @ weight``. Indices have no gradient, so
    ``backward`` returns an empty tuple.

    References
    ----------
    Stanford CS231n, assignment 3 (word embedding). CMU 10-714, homework 4.

    Examples
    --------
    >>> layer = Embedding(2, 3)
    >>> layer.params["weight"] = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> layer.forward(np.array([1, 1])).tolist()
    [[4.0, 5.0, 6.0], [4.0, 5.0, 6.0]]
    >>> layer.backward(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))
    ()
    >>> layer.grads["weight"].tolist()
    [[0.0, 0.0, 0.0], [11.0, 22.0, 33.0]]
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        rng: np.random.Generator | None = None,
    ) -> None:
        if num_embeddings < 1 or embedding_dim < 1:
            raise ValueError(
                "Embedding: num_embeddings and embedding_dim must be at least 1, "
                f"got {num_embeddings} and {embedding_dim}"
            )
        shape = (num_embeddings, embedding_dim)
        weight = np.zeros(shape) if rng is None else rng.normal(size=shape)
        self.params: dict[str, Array] = {"weight": weight}
        self.grads: dict[str, Array] = {}
        self._indices: Array | None = None

    def forward(self, indices: Array) -> Array:
        """Return (..., D) for integers of any shape (...).

        Raises
        ------
        DtypeError
            If ``indices`` are no integers.
        LabelError
            If one of them is not in 0 to V - 1.
        """
        weight = self.params["weight"]
        require_floats("Embedding", "weight", weight)
        if weight.ndim != 2:
            raise ShapeError(f"Embedding: weight must be (V, D), got {weight.shape}")
        require_integers("Embedding", "indices", indices, len(weight))
        self._indices = indices
        return np.take(weight, indices, axis=0)

    def backward(self, grad_out: Array) -> tuple[()]:
        """Replace ``grads``; there is nothing to hand on.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        indices = after_forward("Embedding", self._indices)
        shape = self.params["weight"].shape
        require_upstream("Embedding", grad_out, (*indices.shape, shape[1]))
        gradient = np.zeros(shape, dtype=grad_out.dtype)
        np.add.at(gradient, indices, grad_out)
        self.grads = {"weight": gradient}
        return ()
