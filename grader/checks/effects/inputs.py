"""The same numbers in other batches, layouts and types."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from grader.checks.batches import batch_axes, sized
from grader.checks.effects.base import ONE, Effect, Pair, Scene
from grader.checks.sequences import Taken, once, sequence
from grader.contract.messages import Array, Call
from reference.operations.base import Family, Operation


class BatchOfOne(Effect):
    """A single example is answered, and as it is among others."""

    name = "batch_of_one"

    @classmethod
    def applies(cls, operation: Operation) -> bool:
        """Tell whether there is a batch that may have one example."""
        is_known = operation.has_answer and operation.smallest_batch == 1
        return is_known and bool(batch_axes(operation))

    def calls(self, scene: Scene) -> list[Call]:
        """Ask about the first example alone."""
        rounds = {ONE: self._alone(scene)}
        return [sequence(scene.part, scene.operation, rounds, once("a", ONE, "alone"))]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare the first example; else only the shape.

        What the reference answers says where the first example can be found.
        """
        (taken,) = answers
        many = scene.operation.answer(scene.one)
        alone = scene.operation.answer(self._alone(scene))
        for name in scene.quantities:
            got, among = taken("alone", name), own(ONE, name)
            if among.shape != many[name].shape:
                continue
            row = _row(many[name], alone[name])
            if row is not None:
                yield Pair(name, "alone", among[row], got)
            elif got.shape != alone[name].shape:
                yield Pair(name, "alone", np.zeros(alone[name].shape), got)

    def _alone(self, scene: Scene) -> dict[str, Array]:
        return sized(scene.one, batch_axes(scene.operation), 1)


class NonContiguous(Effect):
    """Where the numbers lie in memory does not matter."""

    name = "non_contiguous"
    LAYOUTS: ClassVar[tuple[str, ...]] = ("fortran", "reversed")

    def calls(self, scene: Scene) -> list[Call]:
        """Hand over the same numbers in other layouts."""
        return [
            sequence(
                scene.part,
                scene.operation,
                {ONE: scene.one},
                once("a", ONE, layout),
                layouts={ONE: layout},
            )
            for layout in self.LAYOUTS
        ]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare with the answer for contiguous arrays."""
        for layout, taken in zip(self.LAYOUTS, answers, strict=True):
            for name in scene.quantities:
                yield Pair(name, layout, own(ONE, name), taken(layout, name))


class Float32Input(Effect):
    """Arrays of float32 give the same answer to seven digits."""

    name = "float32_input"

    def calls(self, scene: Scene) -> list[Call]:
        """Hand over the same numbers as float32; all drawn ones fit into it.

        Parameters and states belong to the object and stay as they are.
        """
        held = (*scene.operation.parameters, *scene.operation.states)
        single = {
            name: value.astype(np.float32)
            if value.dtype.kind == "f" and name not in held
            else value
            for name, value in scene.one.items()
        }
        rounds = {ONE: single}
        return [sequence(scene.part, scene.operation, rounds, once("a", ONE, "single"))]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare with the answer for float64."""
        (taken,) = answers
        for name in scene.quantities:
            yield Pair(name, "float32", own(ONE, name), taken("single", name))


class IntegerInput(Effect):
    """Whole numbers are the same input, whatever their type."""

    name = "integer_input"

    @classmethod
    def applies(cls, operation: Operation) -> bool:
        """Tell whether whole numbers make sense; the inputs of losses often do not."""
        return operation.family is Family.LAYER

    def calls(self, scene: Scene) -> list[Call]:
        """Hand over the same whole numbers as floats and as integers."""
        whole = {
            name: np.sign(value) * np.ceil(np.abs(value))
            for name, value in scene.one.items()
            if name in scene.operation.arguments and value.dtype.kind == "f"
        }
        integers = {name: value.astype(np.int64) for name, value in whole.items()}
        return [
            sequence(
                scene.part,
                scene.operation,
                {ONE: {**scene.one, **inputs}},
                once("a", ONE, "whole"),
            )
            for inputs in (whole, integers)
        ]

    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Compare both."""
        floats, integers = answers
        for name in scene.quantities:
            first, second = floats("whole", name), integers("whole", name)
            yield Pair(name, "integers", first, second)


def _row(many: Array, alone: Array) -> tuple[slice, ...] | None:
    """Return where the answer for one example sits in that for many, if it does."""
    if many.ndim != alone.ndim:
        return None
    row = tuple(slice(0, length) for length in alone.shape)
    found = many[row]
    same = found.shape == alone.shape and np.allclose(found, alone, rtol=1e-9, atol=0)
    return row if same and many.shape != alone.shape else None
