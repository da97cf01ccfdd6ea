"""Facts behind a verdict as JSON values, for the report page and for programs.

Keys, each present only where it applies:

``case``
    Shapes of the inputs, ``{"x": [5, 7], ...}``.
``shape``, ``got_shape``, ``dtype``
    The right shape, and shape and type of the answer.
``distance``, ``bound``
    How far off the answer is and how far it may be, in units of what the right answer
    moves when every input changes in its last digit.
``unit``, ``distance_in_words``
    The size of that unit, and the same as sentences for the student.
``worst_index``, ``expected``, ``got``
    The entry that is furthest off, with both numbers.
``wrong_entries``, ``entries``, ``first_wrong``
    How many entries are off, out of how many, and the first indices.
``wrong_along``
    For each axis, at how many of its indices an entry is off, out of how many.
``excerpt``
    ``{"start": [r, c], "expected": [[...]], "got": [[...]]}`` around the worst entry.
``error_grid``
    ``{"shape": [r, c], "rows": [...], "columns": [...], "errors": [[...]]}``: how far
    off the answer is, in boxes of neighbouring entries, the largest of each box; where
    each box begins. Of more than two axes the last two, the largest along the others.
``curves``
    Named lists of numbers over the same horizontal axis, see ``curves``.
``fault``
    What the student's code raised, with the line of theirs where it happened.
``notice``
    A sentence that belongs to a pass.
``replay``
    Python source of the failing case, for checks whose inputs are public.

Numbers that JSON does not have are the texts ``"nan"``, ``"inf"`` and ``"-inf"``.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from grader.checks.answers import Trouble
from grader.checks.compare import DOUBLE_BOUND, Comparison, Index, Match, largest
from grader.checks.feedback import comparing
from grader.contract.messages import Array

FIRST_WRONG = 5
EXCERPT_ROWS = 4
EXCERPT_COLUMNS = 5
CURVE_POINTS = 400
GRID_ROWS = 12
GRID_COLUMNS = 12
GRID_DIGITS = 3

Evidence = dict[str, Any]


def number(value: Any) -> float | str:
    """Return a number that JSON can hold, or its name."""
    plain = float(value)
    return plain if math.isfinite(plain) else str(plain)


def numbers(values: Iterable[Any]) -> list[float | str]:
    """Return a list of numbers that JSON can hold."""
    return [number(value) for value in values]


def of_comparison(found: Comparison, arrays: Mapping[str, Array]) -> Evidence:
    """Return the facts of a comparison; ``arrays`` are the inputs of the call."""
    evidence: Evidence = {
        "case": shapes(arrays),
        "shape": list(found.expected.shape),
        "dtype": str(found.got.dtype),
        "bound": DOUBLE_BOUND,
        "distance": number(found.distance),
    }
    if found.got.shape != found.expected.shape:
        return evidence | {"got_shape": list(found.got.shape)}
    if found.worst is not None:
        evidence |= {
            "worst_index": list(found.worst),
            "expected": number(found.expected[found.worst]),
            "got": number(found.got[found.worst]),
        }
    if not found.is_right and found.wrong.size:
        evidence |= _of_wrong_entries(found)
    if found.match is not Match.SAME and 0 < found.distance < math.inf:
        off = largest(found.got - found.expected)
        evidence |= {
            "unit": off / found.distance,
            "distance_in_words": comparing.distance(
                found.distance, off, off / found.distance
            ),
        }
    return evidence


def _of_wrong_entries(found: Comparison) -> Evidence:
    """Return how many entries are off, where they lie, and some of them."""
    places = np.argwhere(found.wrong)
    return {
        "wrong_entries": len(places),
        "entries": int(found.wrong.size),
        "first_wrong": places[:FIRST_WRONG].tolist(),
        "wrong_along": [
            [_touched(found.wrong, axis), length]
            for axis, length in enumerate(found.wrong.shape)
        ],
        "excerpt": excerpt(found.expected, found.got, found.worst),
        **_grid(found),
    }


def _grid(found: Comparison) -> Evidence:
    """Return where the error sits; nothing for an answer that is one number or row."""
    if found.wrong.ndim < 2 or found.wrong.size < 2:
        return {}
    with np.errstate(invalid="ignore", over="ignore"):
        off = np.abs(np.asarray(found.got - found.expected, np.float64))
    # What is no number is as far off as can be; what rounding does is not off.
    off = np.where(found.wrong, np.where(np.isfinite(off), off, np.inf), 0.0)
    flat = off.max(axis=tuple(range(off.ndim - 2)))
    rows, columns = (
        _starts(length, most)
        for length, most in zip(flat.shape, (GRID_ROWS, GRID_COLUMNS), strict=True)
    )
    boxes = np.maximum.reduceat(np.maximum.reduceat(flat, rows, 0), columns, 1)
    return {
        "error_grid": {
            "shape": list(flat.shape),
            "rows": rows,
            "columns": columns,
            "errors": [
                [number(f"{value:.{GRID_DIGITS}g}") for value in line]
                for line in boxes.tolist()
            ],
        }
    }


def _starts(length: int, most: int) -> list[int]:
    """Return where each of at most so many boxes of nearly equal length begins."""
    boxes = min(length, most)
    return [at * length // boxes for at in range(boxes)]


def _touched(wrong: Array, axis: int) -> int:
    """Return at how many indices of an axis an entry is off.

    Not by ``numpy.unique``, whose first call imports all masked arrays: that would
    be most of the time of a process's first failed item.
    """
    others = tuple(other for other in range(wrong.ndim) if other != axis)
    return int(wrong.any(axis=others).sum())


def shapes(arrays: Mapping[str, Array]) -> dict[str, list[int]]:
    """Return the shape of each input."""
    return {name: list(value.shape) for name, value in arrays.items()}


def excerpt(expected: Array, got: Array, worst: Index | None) -> Evidence:
    """Return a small window of both arrays around the worst entry.

    Leading axes beyond the last two are fixed at the worst index.
    """
    place = worst or (0,) * expected.ndim
    fixed = place[:-2]
    views = [np.atleast_2d(array[fixed]) for array in (expected, got)]
    row, column = ((0, 0, *place))[-2:] if expected.ndim > 1 else (0, (*place, 0)[0])
    rows, columns = views[0].shape
    top = max(0, min(row - EXCERPT_ROWS // 2, rows - EXCERPT_ROWS))
    left = max(0, min(column - EXCERPT_COLUMNS // 2, columns - EXCERPT_COLUMNS))
    window = (slice(top, top + EXCERPT_ROWS), slice(left, left + EXCERPT_COLUMNS))
    shown = [[numbers(line) for line in view[window]] for view in views]
    return {
        "start": [*fixed, top, left],
        "expected": shown[0],
        "got": shown[1],
    }


def of_trouble(
    trouble: Trouble,
    files: Mapping[str, bytes],
    arrays: Mapping[str, Array] | None = None,
) -> Evidence:
    """Return what stopped the student's code, and the line where it happened.

    Parameters
    ----------
    arrays
        Inputs of the call; a fault while the file is loaded has none.
    """
    evidence: Evidence = {"outcome": str(trouble.outcome)}
    if arrays and not trouble.at_load:
        evidence["case"] = shapes(arrays)
    fault = trouble.fault
    if fault is None:
        return evidence
    evidence["fault"] = {
        "kind": fault.kind,
        "message": fault.message,
        "phase": str(fault.phase),
        "file": fault.file,
        "line": fault.line,
        "source": source_line(files, fault.file, fault.line),
        "traceback": fault.traceback,
    }
    return evidence


def source_line(files: Mapping[str, bytes], file: str, line: int) -> str:
    """Return a line of the student's own file without its indent; empty if unknown."""
    text = files.get(file, b"").decode(errors="replace").splitlines()
    return text[line - 1].strip()[:200] if 0 < line <= len(text) else ""


def curves(axis: str, **lines: Iterable[Any]) -> Evidence:
    """Return named curves, thinned to a size that a page can draw.

    Parameters
    ----------
    axis
        What the horizontal axis counts, such as ``"step"``.
    """
    plain = {name: list(values) for name, values in lines.items()}
    longest = max((len(values) for values in plain.values()), default=0)
    stride = max(1, math.ceil(longest / CURVE_POINTS))
    drawn = {name: numbers(values[::stride]) for name, values in plain.items()}
    return {"axis": axis, "stride": stride, **drawn}
