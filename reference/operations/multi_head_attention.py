"""Multi-head attention as an operation."""

from typing import Any

import numpy as np

from reference.conventions import require_choice
from reference.layers.multi_head_attention import (
    MultiHeadAttention as MultiHeadAttentionLayer,
)
from reference.operations.attention_draws import far_scores, permission
from reference.operations.attention_relations import attention_relations
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation


class MultiHeadAttention(LayerOperation):
    """Attention of several heads with weight_q, weight_k, weight_v and weight_o.

    Query is (N, T, E), key and value are (N, S, E), ``out`` is (N, T, E). With
    ``bias = true`` there are biases too. The gradient for ``bias_k`` is zero whatever
    the inputs are: it adds the same number to all scores of a query.

    Parameters
    ----------
    heads
        h. Head i has the i-th block of columns of the first three weights.
    bias, mask, scale
        See ``reference.layers.multi_head_attention``; the mask is as in
        ``scaled_dot_product_attention``.
    projections
        Which weights are drawn. ``"square"``: all (E, E), as in PyTorch and CS231n.
        ``"rectangular"``: with K and V apart, as the paper allows: (E, h*K), (E, h*K),
        (E, h*V) and (h*V, E).
    """

    name = "multi_head_attention"
    formula = """
        q, k, v = query @ weight_q + bias_q, key @ weight_k + bias_k, ...
        head_i = scaled_dot_product_attention of the i-th blocks of columns of q, k, v
        out = concat(head_1, ..., head_h) @ weight_o + bias_o
        grad_heads = grad_out @ weight_o.T, in blocks of columns
        grad_q, grad_k, grad_v = what the attention of each head returns, side by side
        grad_query = grad_q @ weight_q.T; likewise grad_key and grad_value
        grad_weight_q = query.T @ grad_q; likewise grad_weight_k and grad_weight_v
        grad_weight_o = concat(head_1, ..., head_h).T @ grad_out
        all summed over the batch; the gradients of the biases are the sums of grad_q,
        grad_k, grad_v and grad_out over batch and rows, that of bias_k zero
    """
    inputs: tuple[str, ...] = ("query", "key", "value")
    example_conventions = (
        {},
        {"mask": "given", "bias": True},
        {"mask": "shared", "projections": "rectangular"},
        {"mask": "causal", "scale": False},
    )

    def __init__(
        self,
        heads: int = 2,
        bias: bool = False,
        mask: str = "none",
        scale: bool = True,
        projections: str = "square",
    ) -> None:
        layer = MultiHeadAttentionLayer(heads, heads, None, bias, mask, scale)
        self.heads, self.bias = layer.heads, layer.bias
        self.mask, self.scale = layer.mask, layer.scale
        self.projections = require_choice(
            "MultiHeadAttention", "projections", projections, ("square", "rectangular")
        )
        self.parameters = tuple(layer.params)
        masks = ("mask",) if self.mask in ("given", "shared") else ()
        self.differentiable = (*self.inputs, *self.parameters)
        self.inputs = (*self.inputs, *masks, *self.parameters)
        if self.projections == "square":
            self.square = tuple(f"weight_{letter}" for letter in "qkvo")

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw the inputs, the mask if there is one, parameters and ``grad_out``."""
        count, steps, keys = ((3, 4, 5), (5, 2, 3), (1, 4, 5))[variant]
        shapes = {
            "query": (count, steps, self._width(variant)),
            "key": (count, keys, self._width(variant)),
            "value": (count, keys, self._width(variant)),
            "grad_out": (count, steps, self._width(variant)),
        }
        arrays = {name: signed(rng, shape) for name, shape in shapes.items()}
        if "mask" in self.inputs:
            examples = (count,) if self.mask == "given" else ()
            arrays["mask"] = permission(rng, (*examples, steps, keys))
        return arrays | self._draw_parameters(rng, variant)

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw queries and keys that give scores beyond 1000 and -1000."""
        arrays = self.draw(rng)

        def slopes(query: Array, direction: Array) -> Array:
            one = direction @ arrays["weight_k"]
            products = (query @ arrays["weight_q"]) * one
            heads = products.reshape(*query.shape[:2], self.heads, -1)
            scale = heads.shape[-1] ** -0.5 if self.scale else 1.0
            return scale * heads.sum(axis=-1)

        return far_scores(rng, arrays, slopes)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return those of attention."""
        # That of bias_k is nothing but rounding, which any order changes.
        held = [name for name in self.parameters if name != "bias_k"]
        gradients = [f"grad_{name}" for name in held]
        return (*super().relations, *attention_relations(self.mask, gradients))

    def layer(self, arrays: Arrays) -> MultiHeadAttentionLayer:
        """Return a layer that holds the weights and biases."""
        layer = MultiHeadAttentionLayer(
            self.heads, self.heads, None, self.bias, self.mask, self.scale
        )
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``features`` and ``heads``, and K and V where they are apart.

        They are the widths of one head, ``key_features`` and ``value_features``.
        """
        found = {"features": len(arrays["weight_q"]), "heads": self.heads}
        if self.projections == "rectangular":
            found["key_features"] = arrays["weight_k"].shape[1] // self.heads
            found["value_features"] = arrays["weight_v"].shape[1] // self.heads
        return found

    def _width(self, variant: int) -> int:
        """Return E, which differs from N, T and S."""
        if self.projections == "square":
            return (3, 2, 3)[variant] * self.heads
        return (7, 4, 7)[variant]

    def _draw_parameters(
        self, rng: np.random.Generator, variant: int
    ) -> dict[str, Array]:
        width = self._width(variant)
        if self.projections == "square":
            keys = values = width
        else:
            keys, values = (
                self.heads * one for one in ((2, 3), (3, 4), (2, 3))[variant]
            )
        shapes = {
            "q": (width, keys),
            "k": (width, keys),
            "v": (width, values),
            "o": (values, width),
        }
        # Small weights keep the softmax of drawn inputs away from a single key.
        arrays = {
            f"weight_{name}": signed(rng, shape, scale=0.5)
            for name, shape in shapes.items()
        }
        if self.bias:
            for name, shape in shapes.items():
                arrays[f"bias_{name}"] = signed(rng, shape[1:], scale=0.5)
        return arrays
