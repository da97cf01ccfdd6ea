import numpy as np
import pytest

from grader.report import Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed

SGD_RULE = "layer.params[name] - self.lr * layer.grads[name]"
VELOCITY = "v = self.momentum * v - self.lr * layer.grads[name]"


def found(source: str, check: str, **options):
    return result(graded(source, check, **options), "trajectory")


def test_the_first_wrong_step_is_named() -> None:
    # Forgets its velocity after three steps.
    late = changed(
        PLAIN,
        (VELOCITY, f"self.n = getattr(self, 'n', 0) + 1\n                {VELOCITY}"),
        ("self.v[i, name] = v", "self.v[i, name] = v if self.n < 7 else 0"),
    )

    wrong = found(late, "momentum")

    assert wrong.verdict is Verdict.FAILED
    assert wrong.evidence["first_wrong_step"] == 5
    assert "After step 5 of 12" in wrong.message
    assert "The 4 steps before that are right." in wrong.message


def test_the_curves_hold_one_number_over_all_steps() -> None:
    wrong = found(changed(PLAIN, (VELOCITY, f"{VELOCITY} * 1.5")), "momentum")

    curves = wrong.evidence["curves"]
    assert len(curves["expected"]) == len(curves["got"]) == 12
    step = wrong.evidence["first_wrong_step"] - 1
    assert curves["expected"][step] == wrong.evidence["expected"]


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("layer.params[name] + self.lr * layer.grads[name]", "M147"),
        ("layer.params[name] - 0.01 * layer.grads[name]", "M146"),
    ],
)
def test_wrong_rules_are_recognised(rule: str, name: str) -> None:
    wrong = found(changed(PLAIN, (SGD_RULE, rule)), "sgd")

    assert wrong.diagnosis is not None
    assert wrong.diagnosis.id in {name, "M09"}


def test_a_rate_that_is_written_into_the_code_shows() -> None:
    fixed = changed(PLAIN, (SGD_RULE, "layer.params[name] - 0.1 * layer.grads[name]"))

    assert found(fixed, "sgd").verdict is Verdict.FAILED


def test_a_small_error_from_the_first_step_on_is_seen() -> None:
    wrong = found(changed(PLAIN, (SGD_RULE, f"{SGD_RULE} * 1.001")), "sgd")

    assert wrong.evidence["first_wrong_step"] == 1


def test_parameters_that_are_not_finite_fail() -> None:
    wrong = found(changed(PLAIN, (SGD_RULE, f"np.nan * ({SGD_RULE})")), "sgd")

    assert wrong.verdict is Verdict.FAILED
    assert "is nan" in wrong.message


def test_complex_parameters_fail_with_a_sentence() -> None:
    wrong = found(changed(PLAIN, (SGD_RULE, f"1j * ({SGD_RULE})")), "sgd")

    assert wrong.verdict is Verdict.FAILED
    assert "complex128" in wrong.message


def test_parameters_that_change_shape_are_an_error() -> None:
    wrong = found(changed(PLAIN, (SGD_RULE, "layer.grads[name][0]")), "sgd")

    assert wrong.verdict is Verdict.ERRORED


def test_exactly_as_many_gradients_as_steps_are_given() -> None:
    for steps in (5, 12, 30):
        jail = FakeJail()
        graded(PLAIN, "momentum", jail=jail, extra=f"steps = {steps}")
        for call in jail.cases[0].calls:
            assert len(call.arrays["grad_weight"]) == steps
            assert len(np.unique(call.arrays["grad_bias"], axis=0)) == steps


def test_two_replays_differ_in_shape_and_in_hyper_parameters() -> None:
    jail = FakeJail()
    graded(PLAIN, "momentum", jail=jail)

    first, second = jail.cases[0].calls
    assert first.arrays["weight"].shape != second.arrays["weight"].shape
    assert first.options["construct"] == [0.1, 0.8]
    assert second.options["construct"] == pytest.approx([0.075, 0.6])
