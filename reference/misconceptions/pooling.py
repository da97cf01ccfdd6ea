"""Mistakes that are alike in max pooling and average pooling."""

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.sliding import (
    image_entries,
    loop_entries,
    rows_and_columns_entry,
    stride_entries,
)
from reference.misconceptions.windows import (
    Places,
    output_with,
    part_of,
    windows_of,
)
from reference.operations import create
from reference.operations.base import Array, Arrays, Operation


def places_of(operation: Operation, arrays: Arrays) -> Places:
    """Return where the windows lie on ``x``."""
    windows, sides = windows_of(operation), arrays["x"].shape[2:]
    return Places.of(windows, windows.counts(sides), sides)


def of_windows(grad_out: Array) -> Array:
    """Return an upstream gradient as (N, C, P, 1)."""
    return grad_out.reshape(*grad_out.shape[:2], -1, 1)


def _side_by_side(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    kernel = list(windows_of(operation).kernel)
    return output_with(operation, arrays, stride=kernel)


def _sides_exchanged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    kernel = list(reversed(windows_of(operation).kernel))
    return output_with(operation, arrays, kernel=kernel)


def _other_kind(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    kind, other = "max", "average"
    if operation.name.startswith(other):
        kind, other = other, kind
    windows = windows_of(operation)
    pooling = create(
        operation.name.replace(kind, other),
        kernel=list(windows.kernel),
        stride=list(windows.stride),
        padding=[before for before, _ in windows.padding],
        ragged="keep" if windows.ragged else "drop",
    )
    return changed(operation, arrays, pooling.answer(arrays))


def pooling_entries(name: str, slope: str) -> tuple[Misconception, ...]:
    """Return the mistakes of any pooling.

    Parameters
    ----------
    slope
        What ``grad_x`` is without the upstream gradient.
    """
    return (
        averaged_entry(name),
        negated_entry(name),
        ignored_upstream_entry(name, slope),
        *stride_entries(name),
        entries_of(name)(
            "M284",
            "windows moved by their own size instead of the stride",
            "Take a row of 5 entries, windows of 3 and a stride of 2. Which entries "
            "does your second window read?",
            "windows start at kernel * i",
            _side_by_side,
        ),
        *loop_entries(name),
        *_image_entries(name),
        *_kind_entries(name),
    )


def _image_entries(name: str) -> tuple[Misconception, ...]:
    shared = image_entries(name)
    formula = "the window has kernel width for its height, and the reverse"
    return shared and (
        *shared,
        rows_and_columns_entry(name, formula, _sides_exchanged),
    )


def _kind_entries(name: str) -> tuple[Misconception, ...]:
    def other(formula: str, wrong: Wrong) -> Misconception:
        return entries_of(name)(
            "M291",
            "the other kind of pooling",
            "Write the numbers 1, 2, 3 and 10 into one window. What does your forward "
            "make of them, and which of them share its gradient?",
            formula,
            wrong,
        )

    forward = "average" if name.startswith("max") else "maximum"
    backward = (
        "divided evenly" if name.startswith("max") else "given to the largest entry"
    )
    return (
        other(f"out is the {forward} of the window", _other_kind),
        other(
            f"only backward: grad_out is {backward}",
            needs_upstream(part_of(_other_kind, "grad_x")),
        ),
    )


def overlap_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M104."""
    return entries_of(name)(
        "M104",
        "gradient assigned where windows overlap",
        "How many windows contain the third entry of a row when the stride is 2 and "
        "the kernel is 3? How many of them does its gradient hear of?",
        formula,
        wrong,
    )


def channels_entry(name: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M290."""
    return entries_of(name)(
        "M290",
        "channels pooled together",
        "Change one entry of the first channel. In which channels of the output does "
        "something move, and in which should it?",
        formula,
        wrong,
    )
