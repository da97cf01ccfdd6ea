"""Average pooling as an operation, in one and in two dimensions."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.layers.average_pooling import AveragePooling as AveragePoolingLayer
from reference.operations.base import Array, Arrays
from reference.operations.pooling import Pooling, gradient_is_kept
from reference.operations.relations import Relation
from reference.operations.windows import linear_in_input
from reference.windows import PerAxis, Place, Sizes


class AveragePooling(Pooling):
    """Average pooling over as many axes as a subclass says."""

    def __init__(
        self,
        kernel: PerAxis,
        stride: PerAxis,
        padding: PerAxis,
        ragged: str,
        divisor: str,
    ) -> None:
        self._conventions: dict[str, Any] = {
            "kernel": kernel,
            "stride": stride,
            "padding": padding,
            "ragged": ragged,
            "divisor": divisor,
        }
        self.example = self.layer_class(**self._conventions)
        self.ragged, self.divisor = self.example.ragged, self.example.divisor

    @property
    @abstractmethod
    def layer_class(self) -> type[AveragePoolingLayer]:
        """Return the layer."""

    def layer(self, arrays: Arrays) -> AveragePoolingLayer:
        """Return a fresh layer."""
        return self.layer_class(**self._conventions)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what averages obey, some of them only where all windows are whole."""
        windows = self.example.windows
        found = [*super().relations, linear_in_input()]
        if self.is_plain or self.divisor == "unpadded":
            found.append(gradient_is_kept())
        if windows.stride == windows.kernel and not any(map(sum, windows.padding)):
            found.append(mean_is_kept(windows.kernel))
        return tuple(found)


def mean_is_kept(kernel: Sizes) -> Relation:
    """Return that windows which tile an image have the average of the image.

    What fills no window is cut off for it.
    """

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        x, upstream = arrays["x"], arrays["grad_out"]
        counts = [
            side // entries for side, entries in zip(x.shape[2:], kernel, strict=True)
        ]
        whole: Place = (
            ...,
            *(slice(n * entries) for n, entries in zip(counts, kernel, strict=True)),
        )
        tiles: Place = (..., *map(slice, counts))
        return [{**arrays, "x": x[whole], "grad_out": upstream[tiles]}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        x, out = asked[0]["x"], found[0]["out"]
        images = tuple(range(2, x.ndim))
        return {"means": (x.mean(axis=images), out.mean(axis=images))}

    return Relation(
        "mean_is_kept",
        "Windows that tile an image have the average that the image has.",
        questions,
        pairs,
    )
