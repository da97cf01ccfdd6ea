"""The affine layer as an operation."""

from typing import Any

import numpy as np

from reference.layers.linear import Linear as LinearLayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation


class Linear(LayerOperation):
    """``x @ weight + bias`` with weight (D, M) and bias (M,)."""

    name = "linear"
    formula = """
        out = x @ weight + bias
        grad_x = grad_out @ weight.T
        grad_weight = x.T @ grad_out
        grad_bias = sum(grad_out, axis=0)
    """
    inputs = ("x", "weight", "bias")
    parameters = ("weight", "bias")
    differentiable = (
        "x",
        "weight",
        "bias",
    )

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` (N, D), ``weight``, ``bias`` and ``grad_out`` (N, M)."""
        count, features, units = ((5, 7, 3), (9, 5, 11), (1, 7, 3))[variant]
        return {
            "x": signed(rng, (count, features)),
            "weight": signed(rng, (features, units)),
            "bias": signed(rng, (units,)),
            "grad_out": signed(rng, (count, units)),
        }

    def layer(self, arrays: Arrays) -> LinearLayer:
        """Return a layer that holds ``weight`` and ``bias``."""
        layer = LinearLayer(*arrays["weight"].shape)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``in_features`` and ``out_features``."""
        in_features, out_features = arrays["weight"].shape
        return {"in_features": in_features, "out_features": out_features}
