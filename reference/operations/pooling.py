"""What the operations of max pooling and average pooling have in common."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.layers.pooling import Pooling as PoolingLayer
from reference.operations.adjoint import adjoint
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, always, independent_examples
from reference.operations.windows import (
    drawn_sides,
    named_sizes,
    translated,
    window_counts,
)


class Pooling(LayerOperation):
    """Pooling over as many axes as a subclass says.

    Attributes
    ----------
    example
        A layer under these conventions.
    """

    inputs = ("x",)
    differentiable = ("x",)
    example: PoolingLayer

    @abstractmethod
    def layer(self, arrays: Arrays) -> PoolingLayer:
        """Return a fresh layer."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` and ``grad_out``.

        At the end of the image the stride leaves as much as it can, except in
        variant 1, where the windows end with it.
        """
        examples, channels = (4, 2) if variant == 1 else (3, 2)
        sides, outputs = drawn_sides(
            window_counts(self.example.windows, tiled=variant == 1),
            ((examples, channels), (examples, channels)),
        )
        examples = 1 if variant == 2 else examples
        return {
            "x": self.draw_images(rng, (examples, channels, *sides)),
            "grad_out": signed(rng, (examples, channels, *outputs)),
        }

    def draw_images(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Draw ``x``."""
        return signed(rng, shape)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``kernel``, ``stride`` and ``padding``.

        For images there are ``kernel_height``, ``kernel_width`` and so on as well.
        """
        windows = self.example.windows
        return {
            **named_sizes("kernel", windows.kernel),
            **named_sizes("stride", windows.stride),
            **named_sizes("padding", tuple(before for before, _ in windows.padding)),
        }

    @property
    def is_plain(self) -> bool:
        """Tell whether every window is whole and lies in the image."""
        windows = self.example.windows
        return not windows.ragged and not any(map(sum, windows.padding))

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what both ways of pooling obey."""
        stride = self.example.windows.stride
        found = (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            adjoint(("x",)),
        )
        if self.is_plain:
            return (*found, translated(stride, (1,) * len(stride)))
        return found


def gradient_is_kept() -> Relation:
    """Return that as much gradient leaves each channel as came in."""

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        given, returned = asked[0]["grad_out"], found[0]["grad_x"]
        images = tuple(range(2, given.ndim))
        return {"sums of grad_x": (given.sum(axis=images), returned.sum(axis=images))}

    return always("gradient_is_kept", "grad_x sums to what grad_out sums to.", pairs)
