"""The table that maps indices to vectors as an operation."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.layers.embedding import Embedding as EmbeddingLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, always


class Embedding(LayerOperation):
    """Rows of ``weight`` (V, D) for ``indices`` (N, T), some of which come repeatedly.

    One row of ``weight`` is never looked up.
    """

    name = "embedding"
    formula = """
        out[n, t] = weight[indices[n, t]]
        grad_weight[v] = sum of grad_out[n, t] over all n, t with indices[n, t] == v
    """
    inputs = ("indices", "weight")
    parameters = ("weight",)
    differentiable = ("weight",)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``indices`` (N, T), ``weight`` (V, D) and ``grad_out`` (N, T, D)."""
        sizes = ((3, 5, 7, 4), (5, 4, 9, 3), (1, 5, 4, 3))
        count, length, rows, features = sizes[variant]
        # There are more places than rows, so some row comes twice.
        used = rng.permutation(rows)[1:]
        indices = rng.choice(used, (count, length)).astype(np.int64)
        return {
            "indices": indices,
            "weight": signed(rng, (rows, features)),
            "grad_out": signed(rng, (count, length, features)),
        }

    def layer(self, arrays: Arrays) -> EmbeddingLayer:
        """Return a layer that holds ``weight``."""
        layer = EmbeddingLayer(*arrays["weight"].shape)
        layer.params = {"weight": arrays["weight"]}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``num_embeddings`` and ``embedding_dim``."""
        rows, features = arrays["weight"].shape
        return {"num_embeddings": rows, "embedding_dim": features}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys, and what a table does with gradients."""
        return (
            *super().relations,
            adjoint(("weight",)),
            _another_order(),
            always("every_place_counts", _EVERY_PLACE, _sums),
        )


_EVERY_PLACE = (
    "The rows of grad_weight sum to the sum of grad_out over all places; rows that "
    "were not looked up are zero."
)


def _sums(
    asked: Sequence[Arrays], found: Sequence[Arrays]
) -> dict[str, tuple[Array, Array]]:
    drawn, gradient = asked[0], found[0]["grad_weight"]
    unused = np.delete(gradient, drawn["indices"].ravel(), axis=0)
    return {
        "sums": (gradient.sum(axis=0), drawn["grad_out"].sum(axis=(0, 1))),
        "unused": (unused, np.zeros_like(unused)),
    }


def _another_order() -> Relation:
    batched = ("indices", "grad_out")

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        turned = {name: np.roll(arrays[name], 1, axis=0) for name in batched}
        return [dict(arrays), {**arrays, **turned}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        first, second = found
        return {
            "out": (np.roll(first["out"], 1, axis=0), second["out"]),
            "grad_weight": (first["grad_weight"], second["grad_weight"]),
        }

    return Relation(
        "independent_examples",
        "Another order of the examples gives the outputs in that order and the same "
        "gradient.",
        questions,
        pairs,
    )
