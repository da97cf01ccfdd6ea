"""When a student may read what a wrong answer looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from grader.assignments.spec import HintsSpec
from grader.report import CheckResult

# Of an entry of a snapshot's outline.
KEY = "hints"
AT_ONCE = HintsSpec()
ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}


def of_outline(outline: Sequence[Mapping[str, Any]]) -> HintsSpec:
    """Return what a snapshot says about hints."""
    stored = outline[0].get(KEY) if outline else None
    return AT_ONCE if stored is None else HintsSpec.model_validate(stored)


def policy(hints: HintsSpec) -> str:
    """Say when hints are shown; empty where they always are."""
    if hints.show == "at_once":
        return ""
    if hints.show == "never":
        return "This assignment gives no hints."
    ways = []
    if hints.after_attempts is not None:
        ways.append(f"from your {_ordinal(hints.after_attempts + 1)} attempt on")
    if hints.after_hours is not None:
        unit = "hour" if hints.after_hours == 1 else "hours"
        ways.append(f"{hints.after_hours:g} {unit} after you handed in")
    return f"A hint is shown {' or '.join(ways)}."


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    ending = ORDINALS.get(number % 10, "th")[-2:]
    return f"{number}{'th' if teens else ending}"


@dataclass(frozen=True, slots=True)
class Curtain:
    """What one reader sees of the hints in one report.

    Parameters
    ----------
    is_open
        Whether this reader sees all of them.
    """

    hints: HintsSpec
    is_open: bool

    def seen(self, result: CheckResult) -> CheckResult:
        """Return a result as this reader may see it; facts and numbers stay."""
        if self.is_open or result.diagnosis is None:
            return result
        if self.hints.diagnosis == "hidden":
            return replace(result, diagnosis=None)
        return replace(result, diagnosis=replace(result.diagnosis, hint=""))


def for_staff(hints: HintsSpec) -> Curtain:
    """Return what people see who help: everything."""
    return Curtain(hints, is_open=True)


def for_student(
    hints: HintsSpec, *, number: int, received_at: datetime, now: datetime
) -> Curtain:
    """Return what a student sees in the report of one attempt.

    Parameters
    ----------
    number
        Of the attempt, from 1.
    received_at, now
        Aware times.
    """
    enough = hints.after_attempts is not None and number > hints.after_attempts
    waited = hints.after_hours is not None and now - received_at >= timedelta(
        hours=hints.after_hours
    )
    return Curtain(hints, is_open=hints.show == "at_once" or enough or waited)
