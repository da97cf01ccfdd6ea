"""Layers and a loss one after the other, whatever their arrays look like in a course.

A network is drawn and trained in rows, as the reference has it. What is left of an
arrangement there are scales and signs: they are part of the numbers that one part hands
to the next. Axes, one-hot labels and offsets only turn an array round on its way to
the students' code and back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.checks.component import Component
from grader.checks.presentation.arrangement import (
    AS_IT_IS,
    GRADIENT,
    Arrangement,
    Axis,
    Presentation,
)
from grader.contract.messages import Array
from reference.errors import ReferenceUseError, ShapeError
from reference.operations.base import Operation

Arrays = Mapping[str, Array]
Place = tuple[str | int, ...]
Axes = tuple[Axis, ...] | None

BATCH = 0


def in_rows(part: Component) -> Component:
    """Return a component with examples in rows, its scales and signs kept."""
    if not part.arrangement.arrays:
        return part
    return replace(part, arrangement=replace(part.arrangement, arrays={}))


def shown(part: Component, arrays: Arrays, classes: int = 0) -> dict[str, Array]:
    """Return arrays in rows as the students' part has them.

    Parameters
    ----------
    classes
        How long a one-hot row is.
    """
    look = part.arrangement.of
    return {name: look(name).present(value, classes) for name, value in arrays.items()}


def taken(part: Component, name: str, value: Array, ndim: int) -> Array:
    """Return a student's array in rows; one of another shape as it is."""
    try:
        return part.arrangement.of(name).undo(value, ndim)
    except ShapeError:
        return value


@dataclass(frozen=True)
class Row:
    """The parts of a network, each of which fits the one before it.

    Parameters
    ----------
    layers, loss
        As they are declared; but a layer that acts on each entry by itself takes its
        arrays as they come, unless it says otherwise.
    problems
        What does not fit, with its place: ``("layers", 2)`` or ``("loss",)``.
    """

    layers: tuple[Component, ...]
    loss: Component
    problems: tuple[tuple[Place, str], ...] = ()


def row(layers: Sequence[Component], loss: Component) -> Row:
    """Put parts in a row."""
    followed: list[Component] = []
    axes: Axes = None
    for part in layers:
        fitting = _following(part, axes)
        followed.append(fitting)
        axes = fitting.arrangement.of(fitting.reference().output).axes
    return Row(tuple(followed), loss, tuple(_problems(followed, loss)))


def _following(part: Component, axes: Axes) -> Component:
    """Return a part that has no axes of its own with those that it is given."""
    declared = any(look.axes for look in part.arrangement.arrays.values())
    if axes is None or declared or not _is_entrywise(part.plain()):
        return part
    operation = part.plain()
    looks = {name: Presentation(axes) for name in (*operation.inputs, operation.output)}
    return replace(part, arrangement=Arrangement(looks, part.arrangement.scale))


def _is_entrywise(operation: Operation) -> bool:
    """Tell whether a layer acts on each entry of ``x`` by itself."""
    drawn = operation.draw(np.random.default_rng(0))
    if any(value.shape != drawn["x"].shape for value in drawn.values()):
        return False
    answer = operation.answer(drawn)
    try:
        turned = operation.answer({name: value.T for name, value in drawn.items()})
    except (ReferenceUseError, ValueError, IndexError):
        return False
    return all(np.array_equal(answer[name].T, turned[name]) for name in answer)


def _problems(
    layers: Sequence[Component], loss: Component
) -> Iterator[tuple[Place, str]]:
    places: list[tuple[Place, Component]] = [
        (("layers", at), part) for at, part in enumerate(layers)
    ]
    places.append((("loss",), loss))
    before: Component | None = None
    for place, part in places:
        reason = _without_batch(part) or (_unlike(before, part) if before else "")
        if reason:
            yield place, reason
        before = part


def _without_batch(part: Component) -> str:
    """Say which array has no axis for the examples."""
    drawn = part.plain().draw(np.random.default_rng(0))
    for name in drawn:
        if BATCH in part.arrangement.of(name).left_out(drawn[name].ndim) and (
            name.removeprefix(GRADIENT) not in part.plain().parameters
        ):
            return (
                f"{part.name!r} takes one example at a time: {name} has no axis for "
                "the examples, and a network is asked about whole batches. Name axis "
                f"0 in component.arrays.{name}.axes of {part.name!r}, or leave it out "
                "of networks"
            )
    return ""


def _unlike(before: Component, part: Component) -> str:
    """Say in which way two neighbours do not fit."""
    output, x = before.reference().output, part.reference().inputs[0]
    for given, used in ((output, x), (f"{GRADIENT}{output}", f"{GRADIENT}{x}")):
        first, second = (before.arrangement.of(given), part.arrangement.of(used))
        if _plainly(first.axes) != _plainly(second.axes):
            return (
                f"{part.name!r} has {used} {_described(second)}, but {before.name!r} "
                f"before it has {given} {_described(first)}: give both the same axes "
                f"in component.arrays"
            )
    return ""


def _plainly(axes: Axes) -> Axes:
    return None if axes == tuple(range(len(axes or ()))) else axes


def _described(look: Presentation) -> str:
    if _plainly(look.axes) is None or look == AS_IT_IS:
        return "as the reference has it"
    return f"with the axes {list(look.axes or ())}"
