"""What a run came to in one small value, for lists and sums over a whole class.

It stands in ``GradingRun.outcomes`` and is written with the score, which costs nothing:
0.7 KB for 20 checks. ``RunResult`` says the same with all the evidence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from grader import scoring
from grader.report import CheckResult, Verdict

CHECKS, MISTAKES = "checks", "mistakes"


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """The points of one check, and whether every quantity of it was right."""

    points: float
    passed: bool


def summary(results: Iterable[CheckResult]) -> dict[str, Any]:
    """Return the JSON value to store.

    ``checks`` has ``[points, 1 if all passed]`` by check, ``mistakes`` one
    ``[check, id, title]`` for each known mistake that an answer looked like.
    """
    checks: dict[str, list[float]] = {}
    mistakes: dict[tuple[str, str], str] = {}
    for check, found in groupby(results, key=lambda result: result.check):
        own = list(found)
        passed = all(result.verdict is Verdict.PASSED for result in own)
        checks[check] = [scoring.rounded(sum(r.points for r in own)), int(passed)]
        for result in own:
            if result.diagnosis is not None:
                mistakes[check, result.diagnosis.id] = result.diagnosis.title
    return {
        CHECKS: checks,
        MISTAKES: [[check, id_, title] for (check, id_), title in mistakes.items()],
    }


def by_check(stored: Mapping[str, Any] | None) -> dict[str, CheckOutcome]:
    """Return the checks of a stored value; nothing for a run that has none."""
    if stored is None:
        return {}
    return {
        check: CheckOutcome(points, bool(passed))
        for check, (points, passed) in stored[CHECKS].items()
    }
