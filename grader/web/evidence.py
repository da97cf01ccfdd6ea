"""The facts behind a verdict, arranged for reading: pairs, tables, one chart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.web.filters import number, plural
from grader.web.heat import Heat, heat_of

DASH = "\u2013"
_TABLE_ROWS = 12
_NEAR = 1e-6
_AXES = ("rows", "columns")
_CURVE_NAMES = {
    "expected": "reference",
    "got": "your code",
    "high": "highest allowed",
    "low": "lowest allowed",
    "reference": "reference",
    "student": "your code",
    "yours": "your code",
}

_BAND = (_CURVE_NAMES["low"], _CURVE_NAMES["high"])


@dataclass(frozen=True, slots=True)
class Cell:
    """One entry of an excerpt; ``off`` where the two arrays differ visibly."""

    text: str
    off: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """A small window of an array with the indices of its rows and columns."""

    caption: str
    columns: tuple[int, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over one axis: data for the drawing, rows for the table beside it."""

    axis: str
    measure: str
    names: tuple[str, ...]
    data: Mapping[str, Any]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the page shows of one result's evidence.

    Parameters
    ----------
    pair
        Index, expected and got of the worst entry.
    rows
        Label and value, for the small table.
    fault
        What the student's code raised.
    distance
        How far off the answer is beside what rounding does, in sentences.
    replay
        The failing case as code, where the student may see the inputs.
    inputs
        Names and shapes of what went in.
    """

    pair: tuple[str, str, str] | None
    rows: tuple[tuple[str, str], ...]
    matrices: tuple[Matrix, ...]
    chart: Chart | None
    fault: Mapping[str, Any] | None
    notice: str
    distance: str = ""
    replay: str = ""
    inputs: str = ""
    heat: Heat | None = None

    @property
    def brief(self) -> str:
        """Return in one line what the student's code was given."""
        return f"for {self.inputs}" if self.inputs else ""

    @property
    def has_more(self) -> bool:
        """Tell whether there is anything to unfold besides the pair."""
        seen = self.rows or self.matrices or self.heat or self.distance
        return bool(seen or self._has_trace)

    @property
    def _has_trace(self) -> bool:
        return bool(self.fault and self.fault.get("traceback"))


def facts(evidence: Mapping[str, Any], quantity: str = "") -> Facts:
    """Arrange what ``grader/checks/evidence.py`` wrote; unknown keys are left out."""
    return Facts(
        pair=_pair(evidence),
        rows=tuple(_rows(evidence)),
        matrices=_matrices(evidence.get("excerpt")),
        chart=_chart(evidence.get("curves"), quantity),
        fault=_fault(evidence.get("fault")),
        notice=str(evidence.get("notice") or ""),
        distance=str(evidence.get("distance_in_words") or ""),
        replay=str(evidence.get("replay") or ""),
        inputs=_shapes(evidence.get("case")),
        heat=heat_of(evidence.get("error_grid")),
    )


def _pair(evidence: Mapping[str, Any]) -> tuple[str, str, str] | None:
    if not {"expected", "got"} <= evidence.keys():
        return None
    if not isinstance(evidence["expected"], int | float | str):
        return None
    return (
        index(evidence.get("worst_index")),
        number(evidence["expected"]),
        number(evidence["got"]),
    )


def _rows(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return one row for each fact that is there, in a fixed order."""
    reshaped = "got_shape" in evidence
    writers: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
        ("shape", "Shape expected" if reshaped else "Shape", shape),
        ("got_shape", "Shape got", shape),
        ("dtype", "Type of your answer", str),
        ("wrong_entries", "Entries that are off", lambda _: _wrong_entries(evidence)),
        ("first_wrong_step", "First wrong step", number),
        ("error", "Error", _rounded),
        ("tolerance", "Largest error allowed", _rounded),
        ("accuracy", "Accuracy", number),
        ("floor", "Accuracy needed", number),
    )
    return [
        (label, write(evidence[key]))
        for key, label, write in writers
        if evidence.get(key) is not None
    ]


def _shapes(case: Any) -> str:
    if not isinstance(case, Mapping):
        return ""
    # A single number has no shape that would tell anybody anything.
    return ", ".join(
        f"{name} {shape(value)}" if value else name for name, value in case.items()
    )


def _wrong_entries(evidence: Mapping[str, Any]) -> str:
    entries = plural(evidence.get("entries", 0), "entry", "entries")
    if evidence["wrong_entries"] == evidence.get("entries"):
        return f"all {entries}"
    text = f"{evidence['wrong_entries']} of {entries}"
    along = evidence.get("wrong_along")
    if isinstance(along, Sequence) and len(along) > 1:
        text += f", in {_along(along)}"
    first = evidence.get("first_wrong")
    if isinstance(first, Sequence) and first:
        text += ", first at " + ", ".join(index(place) for place in first)
    return text


def _along(along: Sequence[Sequence[int]]) -> str:
    """Say at how many places of each axis entries are off, matrices as rows."""
    names = [f"places along axis {axis}" for axis in range(len(along))]
    if len(along) == len(_AXES):
        names = list(_AXES)
    return " and ".join(
        f"all {length} {name}" if off == length else f"{off} of {length} {name}"
        for (off, length), name in zip(along, names, strict=True)
    )


def _rounded(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, int | float) else str(value)


def shape(value: Any) -> str:
    """Write a shape as NumPy does."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return "?"
    inner = ", ".join(str(size) for size in value)
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def index(value: Any) -> str:
    """Write an index the way one types it after the array's name."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return ""
    return "[" + ", ".join(str(part) for part in value) + "]"


def _matrices(excerpt: Any) -> tuple[Matrix, ...]:
    if not isinstance(excerpt, Mapping):
        return ()
    expected, got = excerpt.get("expected"), excerpt.get("got")
    if not expected or not got:
        return ()
    start = list(excerpt.get("start") or (0, 0))
    row, column = ([0, 0, *start])[-2:]
    return (
        _matrix("expected", expected, got, row, column, mark=False),
        _matrix("your code", got, expected, row, column, mark=True),
    )


def _matrix(
    caption: str,
    values: Sequence[Sequence[Any]],
    others: Sequence[Sequence[Any]],
    row: int,
    column: int,
    *,
    mark: bool,
) -> Matrix:
    lines = [
        (
            row + at,
            tuple(
                Cell(_short(value), mark and differs(value, other))
                for value, other in zip(line, other_line, strict=False)
            ),
        )
        for at, (line, other_line) in enumerate(zip(values, others, strict=False))
    ]
    width = len(lines[0][1]) if lines else 0
    return Matrix(caption, tuple(range(column, column + width)), tuple(lines))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else number(value)


def differs(one: Any, other: Any) -> bool:
    """Tell whether two numbers differ by more than the eye would forgive."""
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return bool(one != other)
    return abs(one - other) > _NEAR * max(1.0, abs(one), abs(other))


def _fault(fault: Any) -> Mapping[str, Any] | None:
    return fault if isinstance(fault, Mapping) and fault.get("kind") else None


def _chart(curves: Any, quantity: str) -> Chart | None:
    """Return the one chart of a result; gradient checks have a line per gradient."""
    if not isinstance(curves, Mapping):
        return None
    lines = _lines(curves)
    if not lines:
        return None
    nested = next((v for v in curves.values() if isinstance(v, Mapping)), curves)
    axis = str(nested.get("axis") or "step")
    by_size = axis == "step size"
    measure = "error" if by_size else "loss" if "loss" in quantity else "value"
    longest = max((points for _, points in lines), key=len)
    picked = _spread(len(longest), _TABLE_ROWS)
    rows = tuple(
        (
            _short(longest[at][0]),
            *(
                _short(points[at][1]) if at < len(points) else DASH
                for _, points in lines
            ),
        )
        for at in picked
    )
    data = {
        "axis": axis,
        "measure": measure,
        "logarithmic": by_size,
        "band": _band(dict(lines)),
        "lines": [
            {"name": name, "points": [[x, y] for x, y in points if _drawable(y)]}
            for name, points in lines
            if name not in _BAND
        ],
    }
    return Chart(axis, measure, tuple(name for name, _ in lines), data, rows)


def _band(lines: Mapping[str, Sequence[tuple[Any, Any]]]) -> list[list[Any]]:
    """Return ``[x, low, high]`` for each place where right answers may lie."""
    if not lines.keys() >= set(_BAND):
        return []
    low, high = (lines[name] for name in _BAND)
    return [
        [x, bottom, top]
        for (x, bottom), (_, top) in zip(low, high, strict=False)
        if _drawable(bottom) and _drawable(top)
    ]


def _height(points: Sequence[tuple[Any, Any]], at: int) -> str:
    return number(points[at][1]) if at < len(points) else DASH


def _lines(curves: Mapping[str, Any]) -> list[tuple[str, list[tuple[Any, Any]]]]:
    """Return the name and the points of each line, wherever its horizontal axis is."""
    lines: list[tuple[str, list[tuple[Any, Any]]]] = []
    stride = int(curves.get("stride") or 1)
    steps = curves.get("steps")
    for name, values in curves.items():
        if isinstance(values, Mapping):
            inner = _lines(values)
            lines += [(name, points) for _, points in inner]
        elif isinstance(values, Sequence) and not isinstance(values, str) and values:
            if name == "steps":
                continue
            at = steps or [position * stride for position in range(len(values))]
            shown = _CURVE_NAMES.get(name, name.replace("_", " "))
            lines.append((shown, list(zip(at, values, strict=False))))
    return lines


def _drawable(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _spread(count: int, most: int) -> list[int]:
    """Return up to ``most`` positions out of ``count``, the first and last included."""
    if count <= most:
        return list(range(count))
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})
