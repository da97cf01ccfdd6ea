"""A failing case with public inputs is code that runs below the student's file."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest

from grader import engine
from grader.assignments import load_files
from grader.checks.snippet import literal
from grader.report import CheckResult, Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.grading import CHECKS, graded
from tests.checks.students import PLAIN, changed

WRONG = {
    "linear-forward": ('+ self.params["bias"]', '- self.params["bias"]'),
    "linear-backward": ("grad_out.sum(axis=0)", "grad_out.mean(axis=0)"),
    "cross-entropy": ("return grad / n", "return grad"),
    "sgd": ("layer.params[name] - self.lr", "layer.params[name] + self.lr"),
}


def failed(source: str, check: str, seed: int = 1) -> CheckResult:
    report = graded(source, check, seed=seed, extra="public_inputs = true")
    return next(r for r in report.results if r.verdict is Verdict.FAILED)


def run(source: str) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(source, {})
    return printed.getvalue()


@pytest.mark.parametrize("check", WRONG)
def test_the_pasted_code_shows_both_numbers_of_the_report(check: str) -> None:
    wrong = changed(PLAIN, WRONG[check])

    found = failed(wrong, check)

    got, right = run(wrong + found.evidence["replay"]).split(" should be ")
    assert float(got) == pytest.approx(found.evidence["got"], rel=1e-12)
    assert float(right) == pytest.approx(found.evidence["expected"], rel=1e-12)


def test_a_wrong_shape_is_asked_for_as_a_shape() -> None:
    wrong = changed(PLAIN, ("grad_out.sum(axis=0)", "grad_out"))

    found = failed(wrong, "linear-backward")

    got, right = run(wrong + found.evidence["replay"]).split(" should be ")
    assert got == str(tuple(found.evidence["got_shape"]))
    assert right.strip() == str(tuple(found.evidence["shape"]))


def test_public_inputs_are_the_same_in_every_run() -> None:
    wrong = changed(PLAIN, WRONG["linear-forward"])

    first, second = (failed(wrong, "linear-forward", seed) for seed in (1, 2))

    assert first.evidence["replay"] == second.evidence["replay"]


@pytest.mark.parametrize("check", sorted(WRONG))
def test_secret_inputs_are_never_shown(check: str) -> None:
    report = graded(changed(PLAIN, WRONG[check]), check)

    assert all("replay" not in r.evidence for r in report.results)
    assert any(r.verdict is Verdict.FAILED for r in report.results)


def test_with_a_binding_of_its_own_only_the_numbers_are_written() -> None:
    text = f"""
    format = 1
    slug = "s"
    title = "t"
    [binding]
    file = "binding.py"
    [[component]]
    name = "Tanh"
    operation = "tanh"
    [[check]]
    id = "tanh"
    {CHECKS["tanh-forward"]}
    public_inputs = true
    """
    binding = b"def tanh(student, x, grad_out=None):\n    return {'out': x}\n"
    wanted = load_files({"assignment.toml": text.encode(), "binding.py": binding})

    class Foreign(FakeJail):
        """Answers as that binding does."""

        def open(self, bundle: Any) -> Any:
            from tests.checks.fake_jail import answering

            return answering(lambda call: {"out": call.arrays["x"]}).open(bundle)

    report = engine.grade(wanted, {}, "s.py", seed=1, jail=Foreign())

    replay = report.results[0].evidence["replay"]
    assert "x = np.array([[" in replay
    assert "Tanh" not in replay


@pytest.mark.parametrize(
    "value",
    [
        np.array([0.1, -1e300, 5e-324, np.inf, -np.inf]),
        np.arange(12).reshape(3, 4),
        np.array(2.5),
        np.random.default_rng(1).normal(size=(2, 3, 4)),
    ],
)
def test_a_literal_is_read_back_exactly(value: np.ndarray) -> None:
    read = eval(literal(value), {"np": np})

    np.testing.assert_array_equal(read, value)
