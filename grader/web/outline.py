"""What an assignment tests, grouped by the part of the student's code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.assignments import Assignment, CheckOutline

WHOLE = "The whole submission"


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """One check and the points of each quantity that it judges."""

    check: CheckOutline
    points: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class OutlineGroup:
    """The checks of one component."""

    name: str
    max_points: float
    lines: tuple[OutlineLine, ...]


def grouped(
    assignment: Assignment, shows: Callable[[str], bool] = lambda level: True
) -> tuple[OutlineGroup, ...]:
    """Return the checks by component, components in the order they first appear.

    Parameters
    ----------
    shows
        Whether the reader sees checks of a level of visibility.
    """
    lines: dict[str, list[OutlineLine]] = {}
    for check in assignment.checks:
        outline = check.outline
        if not shows(outline.visibility):
            continue
        line = OutlineLine(outline, dict(check.points))
        lines.setdefault(outline.component or WHOLE, []).append(line)
    return tuple(
        OutlineGroup(name, sum(line.check.max_points for line in found), tuple(found))
        for name, found in lines.items()
    )
