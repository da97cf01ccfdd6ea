"""Max pooling as an operation, in one and in two dimensions."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.layers.max_pooling import MaxPooling as MaxPoolingLayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import GRID
from reference.operations.pooling import Pooling, gradient_is_kept
from reference.operations.relations import Relation
from reference.operations.ties import Ties, tied
from reference.windows import PerAxis

STEP = 5 / 32
"""Distance of the magnitudes in an image, before each is moved by up to ``WOBBLE``."""

WOBBLE = 1 / 64

FAR = 1000.0

SPREAD = 4.0
"""Factor that makes images large enough for two entries to be equal but for little."""


class MaxPooling(Pooling):
    """Max pooling over as many axes as a subclass says."""

    not_differentiable = "where the two largest entries of a window are equal"
    kink = "where several entries of a window are the largest"

    def __init__(
        self,
        kernel: PerAxis,
        stride: PerAxis,
        padding: PerAxis,
        ragged: str,
        ties: str,
    ) -> None:
        self._conventions: dict[str, Any] = {
            "kernel": kernel,
            "stride": stride,
            "padding": padding,
            "ragged": ragged,
            "ties": ties,
        }
        self.example = self.layer_class(**self._conventions)

    @property
    @abstractmethod
    def layer_class(self) -> type[MaxPoolingLayer]:
        """Return the layer."""

    def layer(self, arrays: Arrays) -> MaxPoolingLayer:
        """Return a fresh layer."""
        return self.layer_class(**self._conventions)

    def draw_images(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """Draw images whose entries are at least 1/8 apart.

        The first channel is negative everywhere: a maximum that is looked for from zero
        on, or in a border of zeros, is wrong there.
        """
        entries = int(np.prod(shape[2:]))
        ranks = np.broadcast_to(np.arange(1, entries + 1), (*shape[:2], entries))
        magnitudes = STEP * rng.permuted(ranks, axis=-1).reshape(shape)
        wobble = np.round(rng.uniform(-WOBBLE, WOBBLE, shape) / GRID) * GRID
        signs = rng.choice([-1.0, 1.0], shape)
        signs[:, 0] = -1.0
        return (magnitudes + wobble) * signs

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw examples around 1000 and -1000, beyond any number to begin with."""
        arrays = self.draw(rng)
        offset = np.resize([FAR, -FAR], len(arrays["x"]))
        return {
            **arrays,
            "x": arrays["x"] + offset.reshape(-1, *(1,) * (arrays["x"].ndim - 1)),
        }

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw images in which the largest entry of many windows is there twice.

        No entry is one of several largest in two windows. In some windows the second
        largest entry is smaller by 2**-16 only: it has not won.
        """
        arrays = self.draw(rng, variant=variant)
        x = SPREAD * arrays["x"]
        windows = self._ties(x).windows
        for image in x.reshape(-1, int(np.prod(x.shape[2:]))):
            image[:] = tied(rng, image, windows)
        return {**arrays, "x": x}

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got``.

        Each window may share its gradient among its largest entries in any way, as
        long as no share is negative and all of it arrives. It is the nearest where no
        entry is one of several largest in two windows.
        """
        if quantity != "grad_x":
            return self.answer(arrays)[quantity]
        return self._ties(arrays["x"]).shared_out(arrays["grad_out"], got)

    def _ties(self, x: Array) -> Ties:
        return Ties.of(self.example.windows.on(x.shape[2:]), x)

    def margin(self, arrays: Arrays) -> float:
        """Return half the least distance of the two largest entries of a window."""
        layout = self.example.windows.on(arrays["x"].shape[2:])
        padded = layout.padded(arrays["x"], fill=-np.inf)
        largest = second = np.full((*padded.shape[:2], *layout.counts), -np.inf)
        for place in layout.places:
            second = np.maximum(second, np.minimum(largest, padded[place]))
            largest = np.maximum(largest, padded[place])
        return float(np.min(largest - second)) / 2

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what maxima obey."""
        return (*super().relations, gradient_is_kept(), follows_a_shift())


def follows_a_shift() -> Relation:
    """Return that a number taken off all entries is taken off all maxima."""

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        return [dict(arrays), {**arrays, "x": arrays["x"] - FAR}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        one, other = found
        return {
            "out": (one["out"] - FAR, other["out"]),
            "grad_x": (one["grad_x"], other["grad_x"]),
        }

    return Relation(
        "follows_a_shift",
        "Taking 1000 off every entry takes 1000 off every maximum, and nothing else.",
        questions,
        pairs,
    )
