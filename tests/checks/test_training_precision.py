"""Losses that were computed in single precision, and those that only look like it."""

from grader.report import CheckResult, Verdict
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, STYLES, changed

RECORD = "losses.append(loss.forward(out, y[batch]))"
LATE = (
    "losses.append(loss.forward(out, y[batch]) * (1.0005 if len(losses) > 15 else 1))"
)


def judged(source: str) -> CheckResult:
    return result(graded(source, "training"), "losses")


def test_single_precision_may_cross_a_kink_late() -> None:
    source = changed(STYLES["single"], (RECORD, LATE))

    found = judged(source)

    assert found.verdict is Verdict.PASSED
    assert "single precision" in found.message


def test_single_precision_does_not_excuse_leaving_the_losses_for_good() -> None:
    source = changed(STYLES["single"], (RECORD, LATE.replace("1.0005", "1.05")))

    assert judged(source).verdict is Verdict.FAILED


def test_a_late_difference_in_double_precision_is_a_difference() -> None:
    source = changed(PLAIN, (RECORD, LATE))

    assert judged(source).verdict is Verdict.FAILED
