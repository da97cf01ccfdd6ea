"""How a report looks in a terminal."""

from io import StringIO
from typing import Any

from rich.console import Console

from grader.cli.table import print_report
from grader.report import CheckResult, Report, ReportStatus, Verdict

REPLAY = 'x = np.array([0.5, 0.25])\nprint(layer.forward(x)[0], "should be", 0.5)\n'
DISTANCE = "If every input changes in its last digit, the right answer moves."


def wrong(**evidence: Any) -> CheckResult:
    return CheckResult(
        check="linear",
        title="Linear",
        component="Linear",
        quantity="out",
        verdict=Verdict.FAILED,
        points=0,
        max_points=2,
        message="It is wrong.",
        evidence=evidence,
    )


def printed(
    *results: CheckResult, replay: bool = False, notices: tuple[str, ...] = ()
) -> str:
    console = Console(record=True, width=160, file=StringIO())
    print_report(
        console,
        "mlp.py",
        Report(
            assignment="tiny",
            status=ReportStatus.GRADED,
            score=0,
            max_score=2,
            results=results,
            seed=7,
            spec_digest="0",
            versions={},
            jail_tier="T1",
            notices=notices,
        ),
        replay=replay,
    )
    return console.export_text()


def test_notices_come_first_and_are_printed_as_they_are() -> None:
    text = printed(wrong(), notices=("hw[1].py was loaded as mlp.py.",))

    assert "note: hw[1].py was loaded as mlp.py." in text.split("Linear")[0]


def test_a_wrong_answer_is_shown_with_the_shapes_that_went_in() -> None:
    text = printed(wrong(case={"x": [5, 7], "bias": [7]}))

    assert "Inputs: x (5, 7), bias (7,)." in text


def test_the_distance_is_a_question_only_where_an_answer_is_nearly_right() -> None:
    near = wrong(expected=2.0, got=2.001, distance_in_words=DISTANCE)
    far = wrong(expected=2.0, got=3.0, distance_in_words=DISTANCE)
    nowhere = wrong(expected=2.0, got="nan", distance_in_words=DISTANCE)

    assert DISTANCE in printed(near)
    assert DISTANCE not in printed(far, nowhere)


def test_code_to_run_at_home_is_offered_and_printed_when_asked_for() -> None:
    cases = (wrong(replay=REPLAY), wrong())

    assert "1 failing case can be run at home: add --replay" in printed(*cases)
    assert "should be" not in printed(*cases)
    assert REPLAY in printed(*cases, replay=True)


def test_a_case_that_is_not_public_offers_nothing() -> None:
    assert "--replay" not in printed(wrong())
