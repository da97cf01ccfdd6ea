"""Batch normalisation of rows as an operation."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from reference.layers.batch_norm import BatchNorm as BatchNormLayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.normalization import NormalizationOperation, Shape
from reference.operations.relations import Relation, independent_examples


class BatchNorm(NormalizationOperation):
    """Batch normalisation of ``x`` (N, D) with running moments.

    The defaults make mistakes visible: a large ``eps``, and a ``momentum`` that is not
    one half.

    Parameters
    ----------
    mode, eps, eps_inside, momentum, momentum_weights, running_variance, affine
        See ``reference.layers.batch_norm``.
    """

    name = "batch_norm"
    formula = """
        x_hat = (x - mean) / sqrt(var + eps), moments over axis 0
        out = gamma * x_hat + beta
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
        grad_beta = sum(grad_out, axis=0)
        grad_gamma = sum(grad_out * x_hat, axis=0)
        grad_x = gamma / sqrt(var + eps)
                 * (grad_out - grad_beta / N - x_hat * grad_gamma / N)
        in evaluation: x_hat = (x - running_mean) / sqrt(running_var + eps) and
                       grad_x = grad_out * gamma / sqrt(running_var + eps)
    """
    sentence = "each column of x"
    example_conventions: ClassVar[tuple[Mapping[str, Any], ...]] = (
        {},
        {"mode": "evaluation"},
        {"mode": "evaluation", "eps_inside": False, "affine": False},
        {"momentum_weights": "new", "running_variance": "unbiased"},
        {"eps_inside": False},
        {"eps": 0.0, "affine": False},
    )
    layer_class: ClassVar[type[BatchNormLayer]] = BatchNormLayer
    shapes: ClassVar[tuple[Shape, Shape]] = ((5, 7), (9, 4))

    def __init__(
        self,
        mode: str = "training",
        *,
        eps: float = 0.1,
        eps_inside: bool = True,
        momentum: float = 0.8,
        momentum_weights: str = "old",
        running_variance: str = "biased",
        affine: bool = True,
    ) -> None:
        self.mode = mode
        self.settings: dict[str, Any] = {
            "eps": eps,
            "eps_inside": eps_inside,
            "momentum": momentum,
            "momentum_weights": momentum_weights,
            "running_variance": running_variance,
            "affine": affine,
        }
        checked = self.layer_class(1, mode, **self.settings)
        self.eps, self.eps_inside = checked.eps, checked.eps_inside
        self.states = ("running_mean", "running_var")
        self.parameters = ("gamma", "beta") if checked.affine else ()
        self.inputs = ("x", *self.parameters, *self.states)
        self.differentiable = ("x", *self.parameters)
        if mode == "training":
            self.outputs = ("out", *self.states)
            self.smallest_batch = self.fewest(eps, running_variance)

    def fewest(self, eps: float, running_variance: str) -> int:
        """Return the smallest batch that tells right from wrong.

        Without eps two rows always become 1 and -1, so the gradient is zero. With eps
        outside the root most right code divides 0 by the deviation of a single row, 0.
        """
        if eps == 0:
            return 3
        return 2 if running_variance == "unbiased" or not self.eps_inside else 1

    def sets(self, shape: Shape) -> Array:
        """Return the columns."""
        return np.arange(np.prod(shape)).reshape(shape).T

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``grad_out``, parameters and running moments, one per feature."""
        shape = (*self.shapes, (self.smallest_batch, *self.shapes[0][1:]))[variant]
        arrays = {"x": self.draw_entries(rng, shape)}
        features = (shape[1],)
        for name in (*self.parameters, "running_mean"):
            arrays[name] = signed(rng, features)
        arrays["running_var"] = np.abs(signed(rng, features))
        arrays["grad_out"] = signed(rng, shape)
        return arrays

    def layer(self, arrays: Arrays) -> BatchNormLayer:
        """Return a layer that holds the parameters and the running moments."""
        count = len(arrays["running_mean"])
        layer = self.layer_class(count, self.mode, **self.settings)
        layer.params = {name: arrays[name] for name in self.parameters}
        layer.running_mean = arrays["running_mean"]
        layer.running_var = arrays["running_var"]
        return layer

    def terms(self, arrays: Arrays) -> dict[str, dict[str, Array]]:
        """Return the three paths in training; in evaluation there is only one."""
        return super().terms(arrays) if self.mode == "training" else {}

    def margin(self, arrays: Arrays) -> float:
        """Return infinity in evaluation, where the moments are constants."""
        return super().margin(arrays) if self.mode == "training" else np.inf

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``num_features``, ``eps`` and ``momentum``."""
        return {
            "num_features": len(arrays["running_mean"]),
            "eps": self.eps,
            "momentum": self.settings["momentum"],
        }

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what normalising over the batch, or with constants, implies."""
        rolled = independent_examples(("x", "grad_out"), ("out", "grad_x"))
        if self.mode == "evaluation":
            return (*super().relations, rolled)
        unchanged = ("out", "running_var", *self.gradients)
        return (
            *super().relations,
            replace(rolled, name="order_of_examples"),
            *self.normalizing_relations(unchanged),
        )
