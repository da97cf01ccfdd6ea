"""Where the wrong entries sit, when no known mistake explains them."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from grader.checks.compare import Comparison, Match
from grader.contract.messages import Array

Arrays = Mapping[str, Array]
Shape = tuple[int, ...]
Named = Iterator[tuple[str, Array]]

# Pairs of axes that are the sides of an image: channels before them, or after.
SIDES = ((-2, -1), (-3, -2))
STEPS = ("example", "step in time", "feature")


def where(seen: Sequence[tuple[Arrays, Comparison]], *, in_time: bool = False) -> str:
    """Say which entries are wrong, if the same words fit every case exactly.

    Empty where no words fit, where all entries are wrong, or where nothing can be said
    because a shape is wrong.

    Parameters
    ----------
    in_time
        Whether the second of three axes counts steps in time.
    """
    found: list[str] | None = None
    for arrays, comparison in seen:
        if comparison.match is not Match.WRONG or comparison.wrong.all():
            return ""
        names = [
            name
            for name, mask in _masks(arrays, comparison.wrong.shape, in_time)
            if np.array_equal(mask, comparison.wrong)
        ]
        found = names if found is None else [name for name in found if name in names]
    return found[0] if found else ""


def _masks(arrays: Arrays, shape: Shape, in_time: bool) -> Named:
    yield from _by_value(arrays, shape)
    yield from _by_class(arrays, shape)
    yield from _by_end(shape, in_time)
    yield from _by_border(shape)
    if len(shape) == 2:
        rows, columns = np.indices(shape)
        yield "on the diagonal", rows == columns
        yield "off the diagonal", rows != columns


def _by_value(arrays: Arrays, shape: Shape) -> Named:
    alike = {
        name: value
        for name, value in arrays.items()
        if value.shape == shape and value.dtype.kind == "f"
    }
    for name, value in alike.items():
        yield f"where {name} is negative", value < 0
        yield f"where {name} is positive", value > 0
    for name, value in alike.items():
        if value.ndim > 1:
            largest = value == value.max(axis=-1, keepdims=True)
            yield f"where {name} is the largest of its row", largest
            yield f"where {name} is not the largest of its row", ~largest


def _by_class(arrays: Arrays, shape: Shape) -> Named:
    labels = arrays.get("labels")
    if labels is None or len(shape) != 2:
        return
    if labels.shape == shape:
        true = labels == labels.max()
    elif labels.shape == shape[:1]:
        true = np.arange(shape[1]) == labels[:, np.newaxis]
    else:
        return
    yield "in the column of the true class", true
    yield "outside the column of the true class", ~true


def _by_end(shape: Shape, in_time: bool) -> Named:
    for axis, length in enumerate(shape):
        for place, index in (("first", 0), ("last", length - 1)):
            mask = np.zeros(shape, dtype=bool)
            mask[(slice(None),) * axis + (index,)] = True
            yield _end(place, axis, len(shape), in_time), mask
        if len(shape) > 2:
            both = np.zeros(shape, dtype=bool)
            both[(slice(None),) * axis + ([0, -1],)] = True
            yield f"at both ends of axis {axis}", both


def _end(place: str, axis: int, ndim: int, in_time: bool) -> str:
    if ndim == 1:
        return f"in the {place} entry"
    if ndim == 2:
        return f"in the {place} {('row', 'column')[axis]}"
    if ndim == 3 and in_time:
        return f"of the {place} {STEPS[axis]}"
    return f"at the {place} index of axis {axis}"


def _by_border(shape: Shape) -> Named:
    for axes in SIDES if len(shape) == 4 else ():
        inside = np.zeros(shape, dtype=bool)
        place = [slice(None)] * len(shape)
        for axis in axes:
            place[axis] = slice(1, -1)
        inside[tuple(place)] = True
        yield "on the border of the image", ~inside
        yield "inside the border of the image", inside
