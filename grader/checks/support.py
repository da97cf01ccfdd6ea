"""Where the wrong entries sit, when no known mistake explains them."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from grader.checks.compare import Comparison, Match
from grader.contract.messages import Array

Arrays = Mapping[str, Array]


def where(seen: Sequence[tuple[Arrays, Comparison]]) -> str:
    """Say which entries are wrong, if the same words fit every case exactly.

    Empty where no words fit, where all entries are wrong, or where nothing can be said
    because a shape is wrong.
    """
    found: list[str] | None = None
    for arrays, comparison in seen:
        if comparison.match is not Match.WRONG or comparison.wrong.all():
            return ""
        names = [
            name
            for name, mask in _masks(arrays, comparison.wrong.shape)
            if np.array_equal(mask, comparison.wrong)
        ]
        found = names if found is None else [name for name in found if name in names]
    return found[0] if found else ""


def _masks(arrays: Arrays, shape: tuple[int, ...]) -> Iterator[tuple[str, Array]]:
    for name, value in arrays.items():
        if value.shape == shape and value.dtype.kind == "f":
            yield f"where {name} is negative", value < 0
            yield f"where {name} is positive", value > 0
    labels = arrays.get("labels")
    if labels is not None and len(shape) == 2 and len(labels) == shape[0]:
        classes = np.arange(shape[1])
        yield "in the column of the true class", classes == labels[:, np.newaxis]
        yield "outside the column of the true class", classes != labels[:, np.newaxis]
    for axis, word in enumerate(("row", "column")[: len(shape)]):
        for place, index in (("first", 0), ("last", shape[axis] - 1)):
            mask = np.zeros(shape, dtype=bool)
            mask[(slice(None),) * axis + (index,)] = True
            yield f"in the {place} {word if len(shape) > 1 else 'entry'}", mask
