import pytest

from grader.checks.follow_through import OwnForward
from grader.report import Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed

BIAS = "grad_out.sum(axis=0)"
STEEP = (("np.tanh(x)", "np.tanh(2 * x)"), ("(1 - self.t**2)", "2 * (1 - self.t**2)"))


def test_each_gradient_has_its_own_points() -> None:
    report = graded(changed(PLAIN, (BIAS, "grad_out[0]")), "linear-backward")

    assert {r.quantity: r.points for r in report.results} == {
        "grad_x": 4,
        "grad_weight": 4,
        "grad_bias": 0,
    }
    assert 'grads["bias"]' in result(report, "grad_bias").message


def test_a_fault_in_backward_does_not_cost_the_forward() -> None:
    source = changed(PLAIN, ("(1 - self.t**2)", "(1 - self.q**2)"))

    report = graded(source, "tanh-forward", "tanh-backward")

    assert result(report, "out").verdict is Verdict.PASSED
    assert result(report, "grad_x").verdict is Verdict.ERRORED


def test_a_fault_in_forward_is_the_reason_for_missing_gradients() -> None:
    source = changed(PLAIN, ("self.t = np.tanh(x)", "self.t = np.tanhh(x)"))

    found = result(graded(source, "tanh-backward"), "grad_x")

    assert found.verdict is Verdict.ERRORED
    assert found.message.startswith("backward could not be run: Tanh.forward raised")


def test_a_missing_gradient_costs_only_itself() -> None:
    source = changed(PLAIN, (f'self.grads["bias"] = {BIAS}', "pass"))

    report = graded(source, "linear-backward")

    assert result(report, "grad_weight").verdict is Verdict.PASSED
    assert result(report, "grad_bias").verdict is Verdict.ERRORED
    assert "no entry 'bias'" in result(report, "grad_bias").message


@pytest.mark.parametrize("seed", range(5))
def test_a_gradient_right_for_its_own_wrong_forward_earns_a_share(seed: int) -> None:
    found = result(graded(changed(PLAIN, *STEEP), "tanh-backward", seed=seed), "grad_x")

    assert found.verdict is Verdict.FAILED
    assert found.points == 2
    assert "It fits your own forward" in found.message
    assert found.evidence["own_forward"] == "consistent"


@pytest.mark.parametrize("seed", range(5))
def test_single_precision_earns_the_share_as_well(seed: int) -> None:
    single = ("np.tanh(2 * x)", "np.tanh(2 * x.astype(np.float32))")
    source = changed(changed(PLAIN, *STEEP), single)

    assert result(graded(source, "tanh-backward", seed=seed), "grad_x").points == 2


def test_a_gradient_wrong_for_both_forwards_earns_nothing() -> None:
    source = changed(PLAIN, STEEP[0])

    found = result(graded(source, "tanh-backward"), "grad_x")

    assert found.points == 0
    assert "Correct forward first" in found.message


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        ("x", "grad_out"),
        ("np.zeros_like(x)", "0 * grad_out"),
        ("3 * x + 1", "3 * grad_out"),
    ],
)
def test_a_trivial_pair_that_fits_itself_earns_nothing(
    forward: str, backward: str
) -> None:
    source = changed(
        PLAIN,
        ("np.tanh(x)", forward),
        ("grad_out * (1 - self.t**2)", backward),
    )

    found = result(graded(source, "tanh-backward"), "grad_x")

    assert (found.verdict, found.points) == (Verdict.FAILED, 0)


def test_a_forgotten_bias_earns_nothing_for_its_gradient_of_zero() -> None:
    source = changed(
        PLAIN,
        (' + self.params["bias"]', ""),
        (BIAS, "0 * grad_out[0]"),
    )

    report = graded(source, "linear-backward")

    assert result(report, "grad_bias").points == 0
    assert result(report, "grad_weight").points == 4


def test_a_consistent_sign_is_not_blamed_on_the_gradient() -> None:
    source = changed(
        PLAIN,
        ('+ self.params["bias"]', '- self.params["bias"]'),
        (BIAS, f"-{BIAS}"),
    )

    found = result(graded(source, "linear-backward"), "grad_bias")

    assert found.points == 1
    assert found.diagnosis is not None
    # A term of the output: the gradient is right for it.
    assert found.diagnosis.title == "the bias has the wrong sign"


def test_nothing_more_is_asked_while_the_forward_is_right() -> None:
    jail = FakeJail()

    graded(changed(PLAIN, (BIAS, "grad_out[0]")), "linear-backward", jail=jail)

    assert len(jail.cases) == 1


def test_everything_about_the_own_forward_is_asked_in_one_process() -> None:
    jail = FakeJail()

    report = graded(changed(PLAIN, *STEEP), "tanh-backward", jail=jail)

    assert result(report, "grad_x").evidence["own_forward"] == "consistent"
    assert len(jail.cases) == 2


def test_a_forward_that_breaks_on_one_shape_only_leaves_the_other_to_compare() -> None:
    source = changed(
        PLAIN,
        ("np.tanh(x)", "np.tanh(x) if len(x) < 9 else np.tanhh(x)"),
        ("(1 - self.t**2)", "(1 - self.t)"),
    )

    found = result(graded(source, "tanh-backward"), "grad_x")

    assert (found.verdict, found.points) == (Verdict.FAILED, 0)


@pytest.mark.parametrize("wrong", ["grad_out.sum()", "np.nan * grad_out[0]"])
def test_an_unusable_gradient_of_a_wrong_forward_is_only_wrong(wrong: str) -> None:
    source = changed(
        PLAIN, ('+ self.params["bias"]', '- self.params["bias"]'), (BIAS, wrong)
    )

    found = result(graded(source, "linear-backward"), "grad_bias")

    assert (found.verdict, found.points) == (Verdict.FAILED, 0)


def test_without_other_inputs_to_ask_about_a_wrong_forward_earns_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OwnForward, "_elsewhere", lambda self, case: [])
    found = result(graded(changed(PLAIN, *STEEP), "tanh-backward"), "grad_x")
    assert found.verdict is Verdict.FAILED
    assert found.points == 0
