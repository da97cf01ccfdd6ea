"""Right code passes everything, however it is written; and costs little to ask."""

import json

import pytest

from grader.report import Report, Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import CHECKS, graded
from tests.checks.students import PLAIN, STYLES


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", range(6))
def test_right_code_earns_every_point(style: str, seed: int) -> None:
    report = graded(STYLES[style], *CHECKS, seed=seed)

    # A numerical check may be left open in single precision; it carries no points.
    ends = (Verdict.PASSED, Verdict.SKIPPED) if style == "single" else (Verdict.PASSED,)
    assert [r for r in report.results if r.verdict not in ends] == []
    assert report.score == report.max_score
    assert all(r.diagnosis is None for r in report.results)


def test_single_precision_passes_with_a_notice() -> None:
    report = graded(STYLES["single"], "linear-forward", "sgd", "training")

    noticed = {r.quantity for r in report.results if r.evidence.get("notice")}
    assert noticed == {"out", "trajectory", "losses"}
    assert all(
        "single precision" in r.message for r in report.results if r.quantity in noticed
    )


@pytest.mark.parametrize(
    "check", ["linear-forward", "tanh-backward", "cross-entropy", "sgd", "training"]
)
def test_an_assignment_may_refuse_single_precision(check: str) -> None:
    report = graded(STYLES["single"], check, extra='single_precision = "fail"')

    assert Verdict.FAILED in {r.verdict for r in report.results}


def test_every_result_is_plain_json() -> None:
    for source in (PLAIN, STYLES["single"], "import nothing_like_this"):
        report = graded(source, *CHECKS)
        written = json.dumps(report.to_json(), allow_nan=False)
        assert Report.from_json(json.loads(written)).score == report.score


def test_each_check_on_right_code_is_one_case() -> None:
    for name in set(CHECKS) - {"linear-gradcheck", "cross-entropy-gradcheck"}:
        jail = FakeJail()
        graded(PLAIN, name, jail=jail)
        assert len(jail.cases) == 1, name
