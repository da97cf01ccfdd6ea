"""What changed between two attempts: line by line, and check by check."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from grader.services.reports import ReportView
from grader.web.filters import visible
from grader.web.reading import CheckLine, groups

_CONTEXT = 3
# Comparing takes the square of this in the worst case.
MOST_LINES = 3000


@dataclass(frozen=True, slots=True)
class Side:
    """One line of one of the files; ``number`` is 0 where there is none."""

    number: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lines side by side.

    Parameters
    ----------
    kind
        ``same``, ``changed``, or ``skipped`` for lines that are equal and left out.
    count
        How many are left out.
    """

    kind: str
    old: Side = Side()
    new: Side = Side()
    count: int = 0


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file in both attempts.

    Parameters
    ----------
    said
        A sentence in place of the lines.
    """

    name: str
    pairs: tuple[Pair, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class CheckChange:
    """One check in both attempts; ``None`` where it was not part of one."""

    title: str
    old: CheckLine | None
    new: CheckLine | None

    @property
    def is_change(self) -> bool:
        """Tell whether anything but numbers in sentences is different."""
        return _core(self.old) != _core(self.new)


def file_changes(
    old: Mapping[str, bytes], new: Mapping[str, bytes]
) -> list[FileChange]:
    """Return every file of either attempt, by name."""
    return [
        _file_change(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
    ]


def _file_change(name: str, old: bytes | None, new: bytes | None) -> FileChange:
    if old == new:
        return FileChange(name, said="Nothing changed in this file.")
    before, after = _lines(old), _lines(new)
    if max(len(before), len(after)) > MOST_LINES:
        return FileChange(name, said="This file changed and is too long to compare.")
    said = "This file is new." if old is None else ""
    if new is None:
        said = "This file is not there any more."
    return FileChange(name, tuple(pairs(before, after)), said)


def _lines(content: bytes | None) -> list[str]:
    lines = visible((content or b"").decode("utf-8", "replace")).split("\n")
    # The end of the last line is not one more line.
    return lines if lines[-1] else lines[:-1]


def pairs(old: list[str], new: list[str]) -> Iterator[Pair]:
    """Yield lines side by side, a few equal ones around each change."""
    blocks = SequenceMatcher(None, old, new).get_grouped_opcodes(_CONTEXT)
    done = 0
    for block in blocks:
        first = block[0][1]
        if first > done:
            yield Pair("skipped", count=first - done)
        for tag, a, b, c, d in block:
            kind = "same" if tag == "equal" else "changed"
            for at in range(max(b - a, d - c)):
                yield Pair(kind, _side(old, a + at, b), _side(new, c + at, d))
            done = b
    if done < len(old):
        yield Pair("skipped", count=len(old) - done)


def _side(lines: list[str], at: int, end: int) -> Side:
    return Side(at + 1, lines[at]) if at < end else Side()


def check_changes(old: ReportView, new: ReportView) -> list[CheckChange]:
    """Return every check of either attempt, those of the newer one first."""
    before, after = _by_id(old), _by_id(new)
    return [
        CheckChange(
            (after.get(id_) or before[id_]).title, before.get(id_), after.get(id_)
        )
        for id_ in dict.fromkeys([*after, *before])
    ]


def _by_id(report: ReportView) -> dict[str, CheckLine]:
    found = groups(report, lambda _file, _line: "")
    return {check.id: check for group in found for check in group.checks}


def _core(check: CheckLine | None) -> tuple[str, float | None] | None:
    return None if check is None else (check.verdict, check.points)
