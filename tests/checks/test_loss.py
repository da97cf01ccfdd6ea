import pytest

from grader.contract.messages import Outcome, Phase
from grader.report import Verdict
from tests.checks.fake_jail import FakeJail, ending
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed

SHIFT = "logits - logits.max(axis=1, keepdims=True)"


def verdicts(source: str, check: str = "cross-entropy") -> dict[str, str]:
    return {r.quantity: str(r.verdict) for r in graded(source, check).results}


def test_a_softmax_without_a_shift_loses_only_stability() -> None:
    report = graded(changed(PLAIN, (SHIFT, "logits")), "cross-entropy")

    assert {r.quantity for r in report.results if r.points == 0} == {"stability"}
    found = result(report, "stability")
    assert found.message.startswith(
        "With large inputs (logits from -1000 to 1000), the loss is nan; right is "
    )
    assert found.diagnosis is not None
    assert found.diagnosis.id == "M43"


def test_a_mistake_that_shows_everywhere_is_charged_once() -> None:
    summed = changed(PLAIN, ("labels]).mean()", "labels]).sum()"))

    assert verdicts(summed) == {
        "loss": "failed",
        "grad_logits": "passed",
        "stability": "passed",
    }


def test_an_unknown_mistake_does_not_count_as_stable() -> None:
    odd = changed(PLAIN, ("labels]).mean()", "labels]).mean() * 1.3"))

    assert verdicts(odd)["stability"] == "failed"


def test_a_fault_in_backward_does_not_cost_the_value() -> None:
    broken = changed(PLAIN, ("grad = self.p.copy()", "grad = self.q.copy()"))

    assert verdicts(broken) == {
        "loss": "passed",
        "grad_logits": "errored",
        "stability": "errored",
    }


def test_values_are_asked_before_any_backward() -> None:
    jail = FakeJail()
    graded(PLAIN, "cross-entropy", jail=jail)

    (case,) = jail.cases
    only_forward = [call.options.get("forward_only", False) for call in case.calls]
    assert only_forward == sorted(only_forward, reverse=True)
    assert only_forward.count(True) == 5


def test_a_gradient_that_fits_the_wrong_value_earns_a_share() -> None:
    summed = changed(
        PLAIN, ("labels]).mean()", "labels]).sum()"), ("return grad / n", "return grad")
    )

    found = result(graded(summed, "cross-entropy"), "grad_logits")

    assert found.points == 2
    assert found.diagnosis is not None
    assert found.diagnosis.id == "M04"


def test_a_loss_without_exponentials_has_no_stability() -> None:
    assert set(verdicts(PLAIN, "squared-error")) == {"loss", "grad_predictions"}


def test_an_array_in_place_of_a_number_is_an_error_with_a_sentence() -> None:
    broken = changed(PLAIN, ("np.mean(self.difference**2)", "self.difference**2"))

    found = result(graded(broken, "squared-error"), "loss")

    assert found.verdict is Verdict.ERRORED
    assert "expected one number" in found.message


@pytest.mark.parametrize("quantity", ["loss", "grad_logits", "stability"])
def test_a_loop_without_end_stops_every_quantity(quantity: str) -> None:
    jail = ending(Outcome.TIMED_OUT, Phase.FORWARD)

    found = result(graded("", "cross-entropy", jail=jail), quantity)

    assert found.verdict is Verdict.ERRORED
    assert "forward did not return within 10 s" in found.message
