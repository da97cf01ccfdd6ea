"""Sums that were taken over a part of the batch or of the steps in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from grader.checks.mistakes import plain_operation, shown
from grader.checks.sightings import Arrays, Sighting, replayed
from grader.report import Diagnosis
from reference.operations.base import Operation

HINT = (
    "Write down which values the index of your loop takes, the first and the last one "
    "included. Does every pass add something, and is nothing overwritten?"
)
_THINGS = ("example of the batch", "step in time")


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an axis that is counted."""

    axis: int
    slices: slice
    title: str


def _parts(axes: int) -> Iterator[_Part]:
    for axis, thing in enumerate(_THINGS[:axes]):
        yield _Part(axis, slice(0, 1), f"only the first {thing} is counted")
        yield _Part(axis, slice(-1, None), f"only the last {thing} is counted")
        yield _Part(axis, slice(1, None), f"the first {thing} is not counted")
        yield _Part(axis, slice(0, -1), f"the last {thing} is not counted")


def from_partial_sum(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return which part of a sum is the student's answer."""
    axes = min(_summed_axes(one) for one in seen)
    for part in _parts(axes):
        ask = partial(_replay, part)
        if replayed(ask, seen, quantity, closeness) is not None:
            return Diagnosis("partial-sum", part.title, HINT)
    return None


def _summed_axes(sighting: Sighting) -> int:
    """Return how many axes are summed over: the batch, and perhaps time."""
    first, second = [*sighting.constants, "", ""][:2]
    if first != "N":
        return 0
    return 2 if second == "T" else 1


def _replay(part: _Part, one: Sighting) -> Arrays:
    return one.otherwise(("partial", part.title), partial(_counted, part, one))


def _counted(part: _Part, sighting: Sighting) -> Arrays:
    operation = plain_operation(sighting.operation)
    arrays = dict(sighting.plain)
    upstreams = operation.upstreams(arrays)
    if upstreams:
        answer = _masked(operation, arrays, part)
    else:
        answer = _cut(operation, arrays, part)
    return shown(sighting.operation, answer, arrays)


def _masked(operation: Operation, arrays: Arrays, part: _Part) -> Arrays:
    """Return the gradients if only a part of the upstream gradient were there."""
    given = dict(arrays)
    for output in operation.outputs:
        name = f"grad_{output}"
        if name in given and given[name].ndim > part.axis:
            kept = np.zeros_like(given[name])
            place = (slice(None),) * part.axis + (part.slices,)
            kept[place] = given[name][place]
            given[name] = kept
    answer = operation.answer(given)
    return {name: answer[name] for name in operation.gradients}


def _cut(operation: Operation, arrays: Arrays, part: _Part) -> Arrays:
    """Return the outputs if only a part of the batch were there."""
    count = len(arrays[operation.inputs[0]])
    cut = {
        name: value[part.slices] if value.ndim and len(value) == count else value
        for name, value in arrays.items()
    }
    answer = operation.answer(cut)
    return {name: answer[name] for name in operation.outputs}
