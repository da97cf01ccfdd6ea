"""A map of the places in an array where an answer is off, with its numbers as text."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LEVELS = 4
_NOTHING = "\u00b7"


@dataclass(frozen=True, slots=True)
class Box:
    """Neighbouring entries: how far off the worst is; ``level`` 0 for not at all."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Where in an array the error sits, as boxes in rows and columns.

    Parameters
    ----------
    caption
        What a box is.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Box, ...]], ...]


def heat_of(grid: Any) -> Heat | None:
    """Arrange ``error_grid`` of the evidence; ``None`` for anything else."""
    if not isinstance(grid, Mapping) or not grid.get("errors"):
        return None
    height, width = grid["shape"]
    rows, columns = list(grid["rows"]), list(grid["columns"])
    errors = [[float(value) for value in line] for line in grid["errors"]]
    finite = [value for line in errors for value in line if math.isfinite(value)]
    most = max(finite, default=0.0)
    whole = len(rows) == height and len(columns) == width
    of_each = "of each entry" if whole else "in each box of neighbouring entries"
    return Heat(
        caption=f"How far off, {'' if whole else 'the largest '}{of_each}",
        columns=_spans(columns, width),
        rows=tuple(
            (name, tuple(Box(_text(value), _level(value, most)) for value in line))
            for name, line in zip(_spans(rows, height), errors, strict=True)
        ),
    )


def _spans(starts: Sequence[int], length: int) -> tuple[str, ...]:
    """Return which indices each box holds, such as ``0`` or ``4\u20137``."""
    ends = [*starts[1:], length]
    return tuple(
        str(start) if end - start == 1 else f"{start}\u2013{end - 1}"
        for start, end in zip(starts, ends, strict=True)
    )


def _text(value: float) -> str:
    return f"{value:.2g}" if value else _NOTHING


def _level(value: float, most: float) -> int:
    if not value:
        return 0
    if not math.isfinite(value):
        return _LEVELS
    return max(1, math.ceil(_LEVELS * value / most))
