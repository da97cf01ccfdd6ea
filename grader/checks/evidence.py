"""Facts behind a verdict as JSON values, for the report page and for programs.

Keys, each present only where it applies:

``case``
    Shapes of the inputs, ``{"x": [5, 7], ...}``.
``shape``, ``got_shape``, ``dtype``
    The right shape, and shape and type of the answer.
``distance``, ``bound``
    In conditioned ulps: how far off the answer is, and how far it may be.
``worst_index``, ``expected``, ``got``
    The entry that is furthest off, with both numbers.
``wrong_entries``, ``entries``, ``first_wrong``
    How many entries are off, out of how many, and the first indices.
``excerpt``
    ``{"start": [r, c], "expected": [[...]], "got": [[...]]}`` around the worst entry.
``curves``
    Named lists of numbers over the same horizontal axis, see ``curves``.
``fault``
    What the student's code raised, with the line of theirs where it happened.
``notice``
    A sentence that belongs to a pass.

Numbers that JSON does not have are the texts ``"nan"``, ``"inf"`` and ``"-inf"``.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from grader.checks.answers import Trouble
from grader.checks.compare import DOUBLE_BOUND, Comparison, Index
from grader.contract.messages import Array

FIRST_WRONG = 5
EXCERPT_ROWS = 4
EXCERPT_COLUMNS = 5
CURVE_POINTS = 400

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
        "case": {name: list(value.shape) for name, value in arrays.items()},
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
        places = np.argwhere(found.wrong)[:FIRST_WRONG]
        evidence |= {
            "wrong_entries": int(found.wrong.sum()),
            "entries": int(found.wrong.size),
            "first_wrong": places.tolist(),
            "excerpt": excerpt(found.expected, found.got, found.worst),
        }
    return evidence


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


def of_trouble(trouble: Trouble, files: Mapping[str, bytes]) -> Evidence:
    """Return what stopped the student's code, and the line where it happened."""
    evidence: Evidence = {"outcome": str(trouble.outcome)}
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
