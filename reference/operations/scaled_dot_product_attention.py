"""Scaled dot-product attention as an operation."""

import numpy as np

from reference.layers.scaled_dot_product_attention import (
    ScaledDotProductAttention as ScaledDotProductAttentionLayer,
)
from reference.operations.attention_draws import far_scores, permission
from reference.operations.attention_relations import attention_relations
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation


class ScaledDotProductAttention(LayerOperation):
    """Attention of query (N, T, K) to key (N, S, K) with value (N, S, V).

    Parameters
    ----------
    mask, scale
        See ``reference.layers.scaled_dot_product_attention``. There is an input
        ``mask`` of booleans, (N, T, S) with ``mask = "given"`` and (T, S) with
        ``mask = "shared"``, true where a query may attend to a key.
    """

    name = "scaled_dot_product_attention"
    formula = """
        scores = query @ key.T / sqrt(K), not divided with scale = false
        weights = softmax(scores) over the keys that the query may attend to, else 0
        out = weights @ value
        grad_weights = grad_out @ value.T
        row_means = sum(weights * grad_weights, axis=-1)
        grad_scores = weights * (grad_weights - row_means) / sqrt(K)
        grad_query = grad_scores @ key
        grad_key = grad_scores.T @ query
        grad_value = weights.T @ grad_out
    """
    inputs: tuple[str, ...] = ("query", "key", "value")
    differentiable = ("query", "key", "value")
    example_conventions = (
        {},
        {"mask": "given"},
        {"mask": "shared"},
        {"mask": "causal", "scale": False},
    )

    def __init__(self, mask: str = "none", scale: bool = True) -> None:
        layer = ScaledDotProductAttentionLayer(mask, scale)
        self.mask, self.scale = layer.mask, layer.scale
        if self.mask in ("given", "shared"):
            self.inputs = (*self.inputs, "mask")

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw query, key, value, the mask if there is one, and ``grad_out``."""
        sizes = ((3, 4, 5, 2, 6), (4, 5, 3, 6, 2), (1, 4, 5, 2, 6))[variant]
        count, steps, keys, width, values = sizes
        arrays = {
            "query": signed(rng, (count, steps, width)),
            "key": signed(rng, (count, keys, width)),
            "value": signed(rng, (count, keys, values)),
            "grad_out": signed(rng, (count, steps, values)),
        }
        if self.mask in ("given", "shared"):
            examples = (count,) if self.mask == "given" else ()
            arrays["mask"] = permission(rng, (*examples, steps, keys))
        return arrays

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw queries and keys that give scores beyond 1000 and -1000."""

        def slopes(query: Array, direction: Array) -> Array:
            scale = len(direction) ** -0.5 if self.scale else 1.0
            return scale * (query @ direction)

        return far_scores(rng, self.draw(rng), slopes)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return those of attention, and that the weights of a query sum to one."""
        return (*super().relations, *attention_relations(self.mask, ()), _WEIGHTS)

    def layer(self, arrays: Arrays) -> ScaledDotProductAttentionLayer:
        """Return a fresh layer."""
        return ScaledDotProductAttentionLayer(self.mask, self.scale)


_WEIGHTS = Relation(
    "weights_sum_to_one",
    "If all values are one, so is every entry of the output.",
    lambda rng, arrays: [{**arrays, "value": np.ones_like(arrays["value"])}],
    lambda asked, found: {"out": (found[0]["out"], np.ones_like(found[0]["out"]))},
)
