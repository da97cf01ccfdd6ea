"""Batch normalisation of images as an operation."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from reference.layers.batch_norm import BatchNorm as BatchNormLayer
from reference.layers.spatial_batch_norm import (
    SpatialBatchNorm as SpatialBatchNormLayer,
)
from reference.operations.base import Array
from reference.operations.batch_norm import BatchNorm
from reference.operations.normalization import Shape


class SpatialBatchNorm(BatchNorm):
    """Batch normalisation of ``x`` (N, C, H, W), one mean and variance per channel.

    Parameters
    ----------
    mode, eps, eps_inside, momentum, momentum_weights, running_variance, affine
        See ``reference.layers.batch_norm``.
    """

    name = "spatial_batch_norm"
    formula = """
        x_hat = (x - mean) / sqrt(var + eps), moments of a channel over N, H and W
        out = gamma * x_hat + beta, with gamma and beta of the channel
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
        grad_beta = sum(grad_out, axis=(0, 2, 3))
        grad_gamma = sum(grad_out * x_hat, axis=(0, 2, 3))
        grad_x = gamma / sqrt(var + eps)
                 * (grad_out - grad_beta / (N*H*W) - x_hat * grad_gamma / (N*H*W))
        in evaluation: x_hat = (x - running_mean) / sqrt(running_var + eps) and
                       grad_x = grad_out * gamma / sqrt(running_var + eps)
    """
    sentence = "each channel of x"
    example_conventions: ClassVar[tuple[Mapping[str, Any], ...]] = (
        {},
        {"mode": "evaluation"},
        {"momentum_weights": "new", "running_variance": "unbiased"},
        {"eps": 0.0, "affine": False},
    )
    layer_class: ClassVar[type[BatchNormLayer]] = SpatialBatchNormLayer
    shapes: ClassVar[tuple[Shape, Shape]] = ((3, 4, 2, 5), (5, 3, 4, 2))

    def fewest(self, eps: float, running_variance: str) -> int:
        """Return 1: the pixels of one image are enough."""
        return 1

    def sets(self, shape: Shape) -> Array:
        """Return the channels."""
        indices = np.arange(np.prod(shape)).reshape(shape)
        return indices.swapaxes(0, 1).reshape(shape[1], -1)
