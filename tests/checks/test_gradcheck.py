import pytest

from grader import engine
from grader.assignments import load_files
from grader.report import ReportStatus, Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import HEAD, graded, result
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


GRADED = '[[check]]\nid = "slopes"\nkind = "gradcheck"\ncomponent = "Tanh"\n'
SLOPES = (
    'kind = "gradcheck"\ncomponent = "Linear"\n'
    "points = { grad_x = 2, grad_weight = 3, grad_bias = 1 }"
)
FORWARD = 'return x @ self.params["weight"] + self.params["bias"]'


def by_gradient(source: str, seed: int = 1):
    """Return the results of a gradcheck with points for each gradient of Linear."""
    text = f'{HEAD}\n[[check]]\nid = "slopes"\n{SLOPES}\n'
    wanted = load_files({"assignment.toml": text.encode()})
    files = {"mlp.py": source.encode()}
    report = engine.grade(wanted, files, "mlp.py", seed=seed, jail=FakeJail())
    return report, {one.quantity: one for one in report.results}


@pytest.mark.parametrize("seed", range(5))
def test_each_gradient_earns_its_own_points(seed: int) -> None:
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"))

    report, results = by_gradient(wrong, seed)

    assert results["grad_bias"].verdict is Verdict.FAILED
    assert (report.score, report.max_score) == (5, 6)


def test_a_gradient_that_is_missing_costs_only_itself() -> None:
    wrong = changed(PLAIN, ('self.grads["bias"] = ', "unused = "))

    report, results = by_gradient(wrong)

    assert results["grad_bias"].verdict is Verdict.ERRORED
    assert report.score == 5


def test_a_forward_that_breaks_costs_every_gradient() -> None:
    wrong = changed(PLAIN, (FORWARD, "return x @ None"))

    report, results = by_gradient(wrong)

    assert {one.verdict for one in results.values()} == {Verdict.ERRORED}
    assert report.score == 0


@pytest.mark.parametrize(
    ("forward", "said"),
    [
        (f"{FORWARD} + np.random.default_rng().normal()", "two different results"),
        (f"{FORWARD} * np.nan", "no finite numbers"),
        (
            'return np.zeros((len(x), self.params["weight"].shape[1]))',
            "the same result",
        ),
    ],
)
def test_a_forward_without_slopes_is_told_why_and_earns_nothing(
    forward: str, said: str
) -> None:
    report, results = by_gradient(changed(PLAIN, (FORWARD, forward)))

    assert {one.verdict for one in results.values()} == {Verdict.FAILED}
    assert all(said in one.message for one in results.values())
    assert report.status is ReportStatus.GRADED


def test_what_nobody_can_decide_is_left_to_somebody_and_not_counted_as_wrong() -> None:
    steps = changed(
        PLAIN, (FORWARD, f"{FORWARD.replace('return ', 'return (')}).round(3)")
    )

    report, results = by_gradient(steps)

    assert {one.verdict for one in results.values()} == {Verdict.BROKEN}
    assert report.status is ReportStatus.NEEDS_ATTENTION
    assert "the points are open" in results["grad_x"].message


def test_a_step_out_of_the_domain_is_nobodys_fault() -> None:
    first = "first = []\n\n\nclass Linear"
    nearby = f"first.append(x); {FORWARD} + 0 * np.log(1.0 - np.any(x != first[0]))"
    narrow = changed(PLAIN, ("class Linear", first), (FORWARD, nearby))

    _, results = by_gradient(narrow)

    assert results["grad_x"].verdict is Verdict.BROKEN


def test_points_may_name_the_check_itself() -> None:
    text = f"{HEAD}\n{GRADED}points = {{ gradcheck = 2 }}\n"
    wanted = load_files({"assignment.toml": text.encode()})

    assert wanted.max_score == 2


def test_a_gradient_of_complex_numbers_fails() -> None:
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out.sum(axis=0) * (1 + 0j)"))

    _, results = by_gradient(wrong)

    assert "must hold real numbers" in results["grad_bias"].message
