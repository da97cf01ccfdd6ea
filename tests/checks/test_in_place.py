"""Code that writes into its inputs: it passes, with a notice, or fails, as declared."""

import numpy as np
import pytest

from grader.contract.messages import Call, Case, Observation, Outcome, Reply
from grader.report import Report, Verdict
from reference.operations import create
from tests.checks.fake_jail import ScriptedJail
from tests.checks.grading import graded, result

OPERATIONS = {
    "relu-forward": create("relu"),
    "linear-backward": create("linear"),
    "squared-error": create("mean_squared_error"),
}


def right_but_modifying(check: str, modified: str, *, extra: str = "") -> Report:
    """Grade right answers that come with a note of the jail."""
    operation = OPERATIONS[check]

    def reply(call: Call) -> Reply:
        arrays = operation.answer(call.arrays)
        return Reply(Outcome.COMPLETED, arrays, {"modified": modified})

    def script(case: Case) -> Observation:
        replies = tuple(reply(call) for call in case.calls)
        return Observation(Outcome.COMPLETED, replies)

    return graded("", check, jail=ScriptedJail(script), extra=extra)


@pytest.mark.parametrize(
    ("check", "name"),
    [
        ("relu-forward", "x"),
        ("linear-backward", "grad_out"),
        ("squared-error", "targets"),
    ],
)
def test_a_right_answer_passes_with_one_notice(check: str, name: str) -> None:
    report = right_but_modifying(check, name)

    assert {r.verdict for r in report.results} == {Verdict.PASSED}
    noticed = [r for r in report.results if "notice" in r.evidence]
    assert len(noticed) == 1
    assert f"Your code writes into {name}, which" in noticed[0].evidence["notice"]
    assert noticed[0].message.endswith(noticed[0].evidence["notice"])


def test_an_assignment_may_allow_it() -> None:
    report = right_but_modifying("relu-forward", "x", extra='in_place = "allow"')

    assert "notice" not in result(report, "out").evidence
    assert report.score == report.max_score


@pytest.mark.parametrize("check", OPERATIONS)
def test_an_assignment_may_let_it_fail(check: str) -> None:
    name = OPERATIONS[check].arguments[0]
    report = right_but_modifying(check, name, extra='in_place = "fail"')

    failed = [r for r in report.results if r.verdict is Verdict.FAILED]
    assert len(failed) == 1
    assert failed[0].points == 0
    assert "work on a copy" in failed[0].message


def test_several_inputs_are_named_together() -> None:
    report = right_but_modifying("squared-error", "targets, predictions")

    assert "writes into predictions and targets" in result(report, "loss").message


def test_only_what_belongs_to_the_caller_is_repeated() -> None:
    report = right_but_modifying("linear-backward", "weight, <script>, grad_x")

    assert all("notice" not in r.evidence for r in report.results)


def test_a_wrong_answer_keeps_its_own_message() -> None:
    def script(case: Case) -> Observation:
        reply = Reply(Outcome.COMPLETED, {"out": np.zeros((5, 7))}, {"modified": "x"})
        return Observation(Outcome.COMPLETED, (reply,) * len(case.calls))

    report = graded("", "relu-forward", jail=ScriptedJail(script))

    assert "writes into" not in result(report, "out").message
