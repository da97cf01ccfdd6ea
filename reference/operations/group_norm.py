"""Group normalisation as an operation."""

from typing import Any

import numpy as np

from reference.errors import ConventionError
from reference.layers.group_norm import GroupNorm as GroupNormLayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.normalization import NormalizationOperation, Shape
from reference.operations.relations import Relation, independent_examples


class GroupNorm(NormalizationOperation):
    """Group normalisation of ``x`` (N, C, H, W).

    Parameters
    ----------
    groups
        How many groups the channels form, or ``"channels"`` for as many as there are
        channels, which is instance normalisation.
    eps
        See ``reference.layers.group_norm``; large, so that its place is visible.
    """

    name = "group_norm"
    formula = """
        x_hat = (x - mean) / sqrt(var + eps), moments of a group of an image:
                C/G channels next to each other, all H and W
        out = gamma * x_hat + beta, with gamma and beta of the channel
        grad_beta = sum(grad_out, axis=(0, 2, 3))
        grad_gamma = sum(grad_out * x_hat, axis=(0, 2, 3))
        g = grad_out * gamma
        grad_x = (g - mean(g) - x_hat * mean(g * x_hat)) / sqrt(var + eps)
    """
    sentence = "each group of an image"
    example_conventions = ({}, {"groups": 1}, {"groups": "channels"}, {"eps": 0.0})

    def __init__(self, groups: int | str = 2, eps: float = 0.1) -> None:
        if isinstance(groups, str) and groups != "channels":
            raise ConventionError(
                f"GroupNorm: groups must be a number or 'channels', got {groups!r}"
            )
        self.groups = groups
        channels = 1 if isinstance(groups, str) else groups
        self.eps = GroupNormLayer(self._groups(channels), channels, eps).eps

    def sets(self, shape: Shape) -> Array:
        """Return the groups of every image."""
        indices = np.arange(np.prod(shape))
        return indices.reshape(shape[0] * self._groups(shape[1]), -1)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` and ``grad_out``, ``gamma`` and ``beta`` (C,)."""
        shape = self._shape(variant)
        return {
            "x": self.draw_entries(rng, shape),
            "gamma": signed(rng, shape[1:2]),
            "beta": signed(rng, shape[1:2]),
            "grad_out": signed(rng, shape),
        }

    def layer(self, arrays: Arrays) -> GroupNormLayer:
        """Return a layer that holds ``gamma`` and ``beta``."""
        channels = len(arrays["gamma"])
        layer = GroupNormLayer(self._groups(channels), channels, self.eps)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``groups``, ``num_channels`` and ``eps``."""
        channels = len(arrays["gamma"])
        return {
            "groups": self._groups(channels),
            "num_channels": channels,
            "eps": self.eps,
        }

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that images do not meet and groups lose their mean and variance."""
        return (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            *self.normalizing_relations(self.quantities),
        )

    def _groups(self, channels: int) -> int:
        return channels if isinstance(self.groups, str) else self.groups

    def _shape(self, variant: int) -> Shape:
        """Return a shape with four different lengths, whatever the groups are."""
        if isinstance(self.groups, str):
            channels = (3, 5, 3)[variant]
        else:
            channels = self.groups * (2, 3, 2)[variant]
        lengths = ((3, 4, 2, 5), (4, 3, 2, 5), (3, 4, 2, 5))[variant]
        count, height, width = [n for n in lengths if n != channels][:3]
        return (1 if variant == 2 else count, channels, height, width)
