"""A report arranged for reading: checks by component, one sign and sum for each."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from grader.models import RunStatus
from grader.report import CheckResult, Diagnosis, Verdict
from grader.services.reports import CheckState, CheckView, ReportView, Worth
from grader.web.evidence import Facts, facts
from grader.web.filters import plural, points
from grader.web.outline import WHOLE

# The worst verdict of a check's quantities gives the check its sign.
_BY_WEIGHT = (
    Verdict.BROKEN,
    Verdict.ERRORED,
    Verdict.FAILED,
    Verdict.SKIPPED,
    Verdict.PASSED,
)
# A wait that is over before it is read.
_SHORT_WAIT_SECONDS = 5
_FAST_SECONDS = 1
_SLOW_SECONDS = 3
_FAST_FOR_SECONDS = 15.0

LinkToLine = Callable[[str, int], str]


@dataclass(frozen=True)
class ResultLine:
    """One quantity as the page shows it."""

    result: CheckResult
    facts: Facts
    source_link: str

    @property
    def quantity(self) -> str:
        """Return what was compared."""
        return self.result.quantity

    @property
    def verdict(self) -> Verdict:
        """Return the conclusion."""
        return self.result.verdict

    @property
    def points(self) -> float:
        """Return what was earned."""
        return self.result.points

    @property
    def max_points(self) -> float:
        """Return what could be earned."""
        return self.result.max_points

    @property
    def message(self) -> str:
        """Return the sentences for the student."""
        return self.result.message

    @property
    def diagnosis(self) -> Diagnosis | None:
        """Return the mistake that it looks like."""
        return self.result.diagnosis


@dataclass(frozen=True)
class CheckLine:
    """One check as the page shows it."""

    view: CheckView
    results: tuple[ResultLine, ...]

    @property
    def id(self) -> str:
        """Return the id of the check."""
        return self.view.id

    @property
    def title(self) -> str:
        """Return the title of the check."""
        return self.view.title

    @property
    def state(self) -> CheckState:
        """Return whether it waits, runs or is done."""
        return self.view.state

    @property
    def points(self) -> float | None:
        """Return what was earned, ``None`` until the check has ended."""
        return self.view.points

    @property
    def max_points(self) -> float:
        """Return what could be earned."""
        return self.view.max_points

    @cached_property
    def verdict(self) -> str:
        """Return the worst verdict, or the state of a check without one."""
        found = {line.verdict for line in self.results}
        worst = next((verdict for verdict in _BY_WEIGHT if verdict in found), None)
        return str(worst or self.view.state)

    @property
    def is_quiet(self) -> bool:
        """Tell whether one line is enough because everything passed."""
        return self.verdict == Verdict.PASSED

    @property
    def says_one_thing(self) -> bool:
        """Tell whether one sentence without facts stands for all quantities."""
        said = {(line.verdict, line.message) for line in self.results}
        bare = not any(line.result.evidence for line in self.results)
        return not self.is_quiet and len(said) == 1 and bare

    @property
    def has_details(self) -> bool:
        """Tell whether a quiet check has anything to unfold."""
        return any(line.message or line.facts.has_more for line in self.results)


@dataclass(frozen=True)
class ComponentGroup:
    """The checks of one part of the student's code."""

    name: str
    checks: tuple[CheckLine, ...]

    @property
    def points(self) -> float | None:
        """Return what was earned so far, ``None`` before the first check ended."""
        known = [check.points for check in self.checks if check.points is not None]
        return sum(known) if known else None

    @property
    def max_points(self) -> float:
        """Return what the group is worth."""
        return sum(check.max_points for check in self.checks)


def groups(report: ReportView, link: LinkToLine) -> tuple[ComponentGroup, ...]:
    """Return the checks by component, in the order in which each first appears.

    Parameters
    ----------
    link
        Makes the address of a line of the student's code; empty if there is none.
    """
    found: dict[str, list[CheckLine]] = {}
    for check in report.checks:
        lines = tuple(_line(result, link) for result in check.results)
        found.setdefault(check.component or WHOLE, []).append(CheckLine(check, lines))
    return tuple(ComponentGroup(name, tuple(lines)) for name, lines in found.items())


def _line(result: CheckResult, link: LinkToLine) -> ResultLine:
    shown = facts(result.evidence, result.quantity)
    fault = shown.fault or {}
    target = ""
    if fault.get("file") and isinstance(fault.get("line"), int):
        target = link(str(fault["file"]), fault["line"])
    return ResultLine(result, shown, target)


def checks_done(report: ReportView) -> int:
    """Return how many checks have ended."""
    return sum(check.state is CheckState.DONE for check in report.checks)


def points_so_far(report: ReportView) -> float:
    """Return the points of the checks that have ended."""
    return sum(check.points or 0.0 for check in report.checks)


def announcement(report: ReportView) -> str:
    """Say in one sentence where grading is; read aloud by screen readers."""
    if report.status is RunStatus.QUEUED:
        place = report.queue_place or 1
        position = "Next" if place == 1 else f"Number {place}"
        return f"{position} in the queue{wait(report.wait_seconds)}."
    if report.status is RunStatus.RUNNING:
        if report.current_index == 0:
            return "Finishing."
        return (
            f"Running check {report.current_index} of {report.total}: "
            f"{report.current_title}"
        )
    if report.status is RunStatus.GRADED:
        part = "Graded, visible part" if report.is_partial else "Graded"
        return f"{part}: {points(report.score)} of {points(report.max_score)} points."
    return "Grading has ended without a score."


def wait(seconds: float | None) -> str:
    """Return how long a place in the queue still lasts, as the end of a sentence."""
    if seconds is None:
        return "; it begins as soon as a worker is back"
    if seconds < _SHORT_WAIT_SECONDS:
        return ""
    if seconds < 90:
        return f", about {10 * math.ceil(seconds / 10)} seconds to go"
    return f", about {math.ceil(seconds / 60)} minutes to go"


def summary(report: ReportView) -> str:
    """Say in one or two sentences what came out."""
    if report.status is not RunStatus.GRADED:
        return "There is no result yet."
    verdicts = [result.verdict for check in report.checks for result in check.results]
    passed = sum(verdict is Verdict.PASSED for verdict in verdicts)
    what = "visible result" if report.is_partial else "result"
    if passed == len(verdicts):
        said = f"All {plural(passed, what)} passed."
        return said if report.is_partial else f"{said} Nothing left to do here."
    first = next(
        check.title
        for check in report.checks
        if any(result.verdict is not Verdict.PASSED for result in check.results)
    )
    return (
        f"{passed} of {plural(len(verdicts), what)} passed. "
        f"A good place to start: {first}."
    )


def how_it_came(worth: Worth | None, max_score: float) -> str:
    """Return the sum that leads from the points of the checks to the score.

    Empty where there is nothing to add up.
    """
    if worth is None or worth.raw is None or worth.adjusted is None:
        return ""
    said = ""
    if worth.adjusted != worth.raw:
        change = "plus" if worth.adjusted > worth.raw else "minus"
        by = points(abs(worth.adjusted - worth.raw))
        said = (
            f"{points(worth.raw)} from the checks, {change} {by} by the staff = "
            f"{points(worth.adjusted)}. "
        )
    if worth.penalty and worth.adjusted:
        share = f"{100 * worth.penalty / worth.adjusted:.3g} %"
        said += (
            f"{points(worth.adjusted)} of {points(max_score)}, minus {share} "
            f"for {worth.late} late = {points(worth.final)}."
        )
    elif worth.late:
        said += f"{worth.late} late, which costs nothing here."
    return said.strip()


def poll_seconds(waited_seconds: float) -> int:
    """Return the pause between two looks: short at first, longer for a long wait."""
    return _FAST_SECONDS if waited_seconds < _FAST_FOR_SECONDS else _SLOW_SECONDS
