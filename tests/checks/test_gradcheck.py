import pytest

from grader.report import Verdict
from tests.checks.grading import graded, result
from tests.checks.students import PLAIN, changed


def found(source: str, check: str = "linear-gradcheck", seed: int = 1):
    return result(graded(source, check, seed=seed), "gradcheck")


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("check", ["linear-gradcheck", "cross-entropy-gradcheck"])
def test_right_code_is_the_derivative_of_itself(check: str, seed: int) -> None:
    assert found(PLAIN, check, seed).verdict is Verdict.PASSED


@pytest.mark.parametrize("seed", range(10))
def test_a_gradient_that_does_not_fit_is_named_with_both_slopes(seed: int) -> None:
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    result_ = found(wrong, seed=seed)

    assert result_.verdict is Verdict.FAILED
    assert result_.message.startswith('grads["bias"] is not the derivative')
    assert 'grads["weight"]' not in result_.message
    assert abs(result_.evidence["expected"]) > abs(result_.evidence["got"])


def test_a_wrong_pair_that_fits_itself_passes() -> None:
    wrong = changed(
        PLAIN,
        ('+ self.params["bias"]', '- self.params["bias"]'),
        ("grad_out.sum(axis=0)", "-grad_out.sum(axis=0)"),
    )

    assert found(wrong).verdict is Verdict.PASSED


def test_the_curve_of_error_against_step_size_is_kept() -> None:
    curve = found(PLAIN).evidence["curves"]["grad_weight"]

    assert curve["axis"] == "step size"
    assert len(curve["steps"]) == len(curve["error"]) == 14
    # Largest and smallest steps are both worse than the middle.
    assert min(curve["error"]) < curve["error"][0]


def test_a_gradient_of_the_wrong_shape_fails_without_numbers() -> None:
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out"))

    assert "belongs to an array of shape" in found(wrong).message


def test_an_undecidable_check_is_left_open() -> None:
    noisy = changed(
        PLAIN,
        (
            'return x @ self.params["weight"] + self.params["bias"]',
            'return x @ self.params["weight"] + np.random.default_rng().normal()',
        ),
    )

    assert found(noisy).verdict is Verdict.SKIPPED


def test_code_that_breaks_is_an_error() -> None:
    broken = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.summ(axis=0)"))

    assert found(broken).verdict is Verdict.ERRORED
