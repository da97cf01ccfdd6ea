"""Layer normalisation as an operation."""

from typing import Any

import numpy as np

from reference.layers.layer_norm import LayerNorm as LayerNormLayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.normalization import NormalizationOperation, Shape
from reference.operations.relations import Relation, independent_examples


class LayerNorm(NormalizationOperation):
    """Layer normalisation of the rows of ``x`` (N, D).

    Parameters
    ----------
    eps
        See ``reference.layers.layer_norm``; large, so that its place is visible.
    """

    name = "layer_norm"
    formula = """
        x_hat = (x - mean) / sqrt(var + eps), moments over the last axis
        out = gamma * x_hat + beta
        grad_beta = sum(grad_out, axis=0)
        grad_gamma = sum(grad_out * x_hat, axis=0)
        g = grad_out * gamma
        grad_x = (g - mean(g) - x_hat * mean(g * x_hat)) / sqrt(var + eps)
    """
    sentence = "each row of x"
    example_conventions = ({}, {"eps": 0.0})

    def __init__(self, eps: float = 0.1) -> None:
        self.eps = LayerNormLayer(1, eps).eps

    def sets(self, shape: Shape) -> Array:
        """Return the rows."""
        return np.arange(np.prod(shape)).reshape(shape)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` and ``grad_out`` (N, D), ``gamma`` and ``beta`` (D,)."""
        shape = ((5, 7), (9, 4), (1, 7))[variant]
        return {
            "x": self.draw_entries(rng, shape),
            "gamma": signed(rng, shape[1:]),
            "beta": signed(rng, shape[1:]),
            "grad_out": signed(rng, shape),
        }

    def layer(self, arrays: Arrays) -> LayerNormLayer:
        """Return a layer that holds ``gamma`` and ``beta``."""
        layer = LayerNormLayer(len(arrays["gamma"]), self.eps)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``num_features`` and ``eps``."""
        return {"num_features": len(arrays["gamma"]), "eps": self.eps}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that rows do not meet and lose their mean and variance."""
        return (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            *self.normalizing_relations(self.quantities),
        )
