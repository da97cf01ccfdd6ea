"""Softmax, its logarithm and log-sum-exp as operations on the slices along an axis."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, always, independent_examples


class SliceOperation(LayerOperation):
    """A layer that treats each slice along an axis by itself.

    Parameters
    ----------
    axis
        Counted from the end if negative.
    dimensions
        2 for x (N, C), 3 for (N, C, W).
    """

    inputs = ("x",)
    differentiable = ("x",)

    def __init__(self, axis: int = -1, dimensions: int = 2) -> None:
        if type(dimensions) is not int or dimensions not in (2, 3):
            raise ValueError(f"dimensions must be 2 or 3, got {dimensions!r}")
        if type(axis) is not int or not -dimensions <= axis < dimensions:
            raise ValueError(
                f"axis must be an integer from {-dimensions} to {dimensions - 1}, "
                f"got {axis!r}"
            )
        self.axis = axis
        self.dimensions = dimensions

    def out_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the output for the shape of ``x``."""
        return shape

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` and ``grad_out``."""
        shape: tuple[int, ...] = ((5, 7), (9, 3), (1, 7))[variant]
        if self.dimensions == 3:
            shape = ((3, 4, 5), (5, 2, 3), (1, 4, 3))[variant]
        return {
            "x": signed(rng, shape, scale=1.5),
            "grad_out": signed(rng, self.out_shape(shape)),
        }

    def extreme(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw slices near 1000, slices near -1000, and slices with one such entry.

        The first overflow and the second underflow in a careless formula; in the third
        a probability is rounded to zero, of which there is no logarithm.
        """
        arrays = self.draw(rng)
        x = np.moveaxis(arrays["x"], self.axis, -1)
        shift = np.resize([1000.0, -1000.0, 0.0], (*x.shape[:-1], 1))
        single = np.where(shift == 0, -1000.0, 0.0) * (np.arange(x.shape[-1]) == 0)
        moved = np.moveaxis(x + shift + single, -1, self.axis)
        return {**arrays, "x": np.ascontiguousarray(moved)}

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``axis``."""
        return {"axis": self.axis}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys, and that slices do not meet."""
        if self.axis in (0, -self.dimensions):
            return super().relations
        every = independent_examples(("x", "grad_out"), ("out", "grad_x"))
        return (*super().relations, every)

    def shifted(self, by: float) -> Relation:
        """Return what a number added to a whole slice does.

        Parameters
        ----------
        by
            How much of it is added to the output; nothing of it to ``grad_x``.
        """

        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            x = arrays["x"]
            one = x.take([0], axis=self.axis)
            shift = np.round(rng.uniform(-8.0, 8.0, one.shape))
            return [dict(arrays), {**arrays, "x": x + shift}]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            here, there = found
            shift = (asked[1]["x"] - asked[0]["x"]).take([0], axis=self.axis)
            added = by * shift.reshape(here["out"].shape) if by else 0.0
            return {
                "out": (here["out"] + added, there["out"]),
                "grad_x": (here["grad_x"], there["grad_x"]),
            }

        effect = "adds it to the output" if by else "changes nothing"
        sentence = f"Adding one number to all entries of a slice {effect}."
        return Relation("shifted", sentence, questions, pairs)

    def sums(
        self, name: str, sentence: str, sides: Callable[[Arrays, Arrays], Any]
    ) -> Relation:
        """Return that sums along the axis are as stated.

        Parameters
        ----------
        sides
            Maps the inputs and the answer to an array and to what its slices sum to.
        """

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            array, expected = sides(asked[0], found[0])
            total = array.sum(axis=self.axis, keepdims=True)
            return {"sums": (total, np.zeros_like(total) + expected)}

        return always(name, sentence, pairs)

    def gradient_sums_to_zero(self) -> Relation:
        """Return that a common change of a slice does not move the output."""
        return self.sums(
            "gradient_sums_to_zero",
            "Each slice of grad_x sums to zero.",
            lambda drawn, answer: (answer["grad_x"], 0.0),
        )
