"""The affine layer as an operation."""

from typing import Any

import numpy as np

from reference.layers.linear import Linear as LinearLayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples


class Linear(LayerOperation):
    """``x @ weight + bias`` with weight (D, M) and bias (M,), or as ``bias`` says.

    Parameters
    ----------
    bias
        ``"separate"``, ``"none"``, ``"folded_first"`` or ``"folded_last"``, see
        ``reference.layers.linear``.
    """

    name = "linear"
    formula = """
        out = x @ weight + bias
        grad_x = grad_out @ weight.T
        grad_weight = x.T @ grad_out
        grad_bias = sum(grad_out, axis=0)
        folded: weight is the bias on top of (folded_first) or below (folded_last) the
        weight above, and grad_weight is grad_bias on top of or below grad_weight;
        grad_x does not have the column of the bias
    """
    example_conventions = (
        {},
        {"bias": "none"},
        {"bias": "folded_first"},
        {"bias": "folded_last"},
    )

    def __init__(self, bias: str = "separate") -> None:
        checked = LinearLayer(1, 1, bias=bias)
        self.bias, self.folded = checked.bias, checked.folded
        self.parameters = tuple(checked.params)
        self.inputs = self.differentiable = ("x", *self.parameters)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` (N, D), ``weight``, perhaps ``bias`` and ``grad_out`` (N, M)."""
        # Two features and a bias make three rows, so that arrays which are cut down to
        # three rows and columns still fit.
        sizes = ((5, 2, 7), (9, 5, 11), (1, 2, 7))
        if not self.folded:
            sizes = ((5, 7, 3), (9, 5, 11), (1, 7, 3))
        count, features, units = sizes[variant]
        arrays = {
            "x": signed(rng, (count, features)),
            "weight": signed(rng, (features + self.folded, units)),
        }
        if "bias" in self.parameters:
            arrays["bias"] = signed(rng, (units,))
        arrays["grad_out"] = signed(rng, (count, units))
        return arrays

    def layer(self, arrays: Arrays) -> LinearLayer:
        """Return a layer that holds ``weight`` and ``bias``."""
        layer = LinearLayer(**self.sizes(arrays), bias=self.bias)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``in_features`` and ``out_features``."""
        rows, out_features = arrays["weight"].shape
        return {"in_features": rows - self.folded, "out_features": out_features}

    def terms(self, arrays: Arrays) -> dict[str, dict[str, Array]]:
        """Return the product and the bias of the output."""
        if "bias" not in self.parameters:
            return {}
        product = arrays["x"] @ arrays["weight"]
        bias = np.broadcast_to(arrays["bias"], product.shape)
        return {"out": {"the product with the weight": product, "the bias": bias}}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that backward is linear and that examples do not meet."""
        every = independent_examples(("x", "grad_out"), ("out", "grad_x"))
        return (*super().relations, every)
