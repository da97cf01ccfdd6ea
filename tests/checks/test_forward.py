import numpy as np

from grader.checks.feedback import comparing
from grader.contract.messages import Case, Observation, Outcome, Reply
from grader.report import Verdict
from tests.checks.fake_jail import FakeJail, ScriptedJail
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed


def test_a_wrong_output_shows_both_numbers_at_the_worst_entry() -> None:
    source = changed(PLAIN, ("np.tanh(x)", "np.tanh(2 * x)"))

    found = result(graded(source, "tanh-forward"), "out")

    assert found.verdict is Verdict.FAILED
    assert found.points == 0
    assert f"right is {found.evidence['expected']:.4g}" in found.message
    assert f"is {found.evidence['got']:.4g}" in found.message


def test_backward_is_never_called() -> None:
    source = changed(PLAIN, ("return grad_out * (1 - self.t**2)", "raise SystemExit"))
    jail = FakeJail()

    report = graded(source, "tanh-forward", jail=jail)

    assert report.score == 2
    assert all("grad_out" not in call.arrays for call in jail.cases[0].calls)


def test_a_fault_only_in_a_batch_of_one_is_said_to_be_there() -> None:
    source = changed(PLAIN, ("np.tanh(x)", "np.tanh(x) * (1 if len(x) > 1 else 2)"))

    found = result(graded(source, "tanh-forward"), "out")

    assert found.verdict is Verdict.FAILED
    assert "batch of one" in found.message


def test_an_exception_is_an_error_with_the_line_of_the_student() -> None:
    source = changed(PLAIN, ("self.t = np.tanh(x)", "self.t = np.tanhh(x)"))

    found = result(graded(source, "tanh-forward"), "out")

    assert found.verdict is Verdict.ERRORED
    assert found.evidence["fault"]["source"] == "self.t = np.tanhh(x)"
    assert "AttributeError (mlp.py, line" in found.message


def test_a_missing_class_is_named_with_what_there_is() -> None:
    source = changed(PLAIN, ("class Tanh:", "class tanh:"))

    found = result(graded(source, "tanh-forward"), "out")

    assert found.verdict is Verdict.ERRORED
    assert "Tanh was not found" in found.message
    assert "tanh" in found.message


def test_wrong_entries_without_a_name_are_located() -> None:
    source = changed(PLAIN, ("np.maximum(x, 0)", "np.where(x > 0, x, 0.37 * x)"))

    found = result(graded(source, "relu-forward"), "out")

    assert found.diagnosis is None
    assert "exactly those where x is negative" in found.message


def test_inputs_changed_in_place_are_evidence_of_a_failure() -> None:
    def script(case: Case) -> Observation:
        reply = Reply(Outcome.COMPLETED, {"out": np.zeros((5, 7))}, {"modified": "x"})
        return Observation(Outcome.COMPLETED, (reply,) * len(case.calls))

    report = graded("", "relu-forward", jail=ScriptedJail(script))

    assert result(report, "out").evidence["modified"] == "x"


def test_a_mistake_that_nobody_knows_is_to_be_worked_out_by_hand() -> None:
    source = changed(PLAIN, ("np.maximum(x, 0)", "np.maximum(x, 0) + 0.017 * x**2"))

    found = result(graded(source, "relu-forward"), "out")

    assert found.diagnosis is None
    assert found.message.endswith(comparing.BY_HAND)
