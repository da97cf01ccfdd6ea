"""Kinks inside networks: what students write passes, whatever slope they take at 0."""

import numpy as np
import pytest

from grader import engine
from grader.report import Verdict
from tests.checks.fake_jail import FakeJail
from tests.checks.test_subgradient import assignment, graded, verdicts
from tests.variants.harness import cases, student

RELU = {"nonlinearity": "relu"}
SIZES = 'construct = ["in_features", "hidden_features"]'
ASKED = [
    pytest.param(key.split("-")[0], conventions, style, id=key)
    for key, conventions, style in cases("rnn", "rnn_cell", "lenet", "clip_by_norm")
    if "relu" in conventions.values() or conventions in ({"per": "parameter"},)
]


@pytest.mark.parametrize(("name", "conventions", "style"), ASKED)
@pytest.mark.parametrize("single", [False, True])
def test_right_code_passes_at_kinks(name, conventions, style, single):
    wanted = assignment(name, conventions)
    jail = student(name, conventions, style, single=single)

    report = engine.grade(wanted, {"student.py": b""}, "student.py", seed=3, jail=jail)

    lost = [r.message for r in report.results if r.verdict is not Verdict.PASSED]
    assert lost == []
    assert report.score == report.max_score


CELL = """
import numpy as np
class Part:
    def __init__(self, features, hidden):
        shapes = (features, hidden), (hidden, hidden), (hidden,)
        names = "weight_x", "weight_h", "bias"
        self.params = {{n: np.zeros(s) for n, s in zip(names, shapes)}}
        self.grads = {{}}
    def forward(self, x, h):
        p = self.params
        self.x, self.h = x, h
        self.sums = x @ p["weight_x"] + h @ p["weight_h"] + p["bias"]
        return np.maximum(self.sums, 0)
    def backward(self, grad):
        s = self.sums
        grad = grad * ({slope})
        self.grads = {{"weight_x": self.x.T @ grad, "weight_h": self.h.T @ grad}}
        self.grads["bias"] = grad.sum(axis=0)
        return grad @ self.params["weight_x"].T, grad @ self.params["weight_h"].T
"""


def recurrent(slope):
    """Return the results of a step whose slope of ReLU is some expression."""
    wanted = assignment("rnn_cell", RELU, look=SIZES)
    files = {"student.py": CELL.format(slope=slope).encode()}
    report = engine.grade(wanted, files, "student.py", seed=1, jail=FakeJail())
    return {result.quantity: result for result in report.results}


@pytest.mark.parametrize("slope", ["s > 0", "s >= 0", "0.5 * (1 + np.sign(s))"])
def test_every_slope_between_both_sides_passes_in_a_recurrent_step(slope):
    results = recurrent(slope)

    assert verdicts(results) == {Verdict.PASSED}


@pytest.mark.parametrize(
    "slope", ["(s > 0) + 2.0 * (s == 0)", "1.0 * (s > 0) - (s == 0)"]
)
def test_a_slope_beyond_both_sides_fails_in_a_recurrent_step(slope):
    results = recurrent(slope)

    assert results["next_h"].verdict is Verdict.PASSED
    wrong = {name for name, one in results.items() if one.verdict is Verdict.FAILED}
    assert wrong == {"grad_x", "grad_h", "grad_weight_x", "grad_weight_h", "grad_bias"}
    assert "exactly 0" in results["grad_bias"].message


def test_a_slope_that_divides_by_the_sum_is_named_in_a_recurrent_step():
    slope = "np.maximum(s, 0) / s"

    results = recurrent(slope)

    assert results["grad_x"].diagnosis is not None
    assert results["grad_x"].diagnosis.id == "M380"
    assert np.isnan(float(results["grad_x"].evidence["got"]))


CLIP = """
import numpy as np
def Part(grad_weight, grad_bias):
    both = grad_weight, grad_bias
    norm = np.sqrt(sum(np.sum(g * g) for g in both))
    return tuple(g * ({factor}) for g in both)
"""


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [
        ("min(1, 1 / norm)", Verdict.PASSED),
        ("1 / norm if norm > 1 else 1", Verdict.PASSED),
        ("1 / norm if norm >= 1 else 1", Verdict.PASSED),
        ("(norm < 1) + (norm > 1) / norm", Verdict.FAILED),
        ("(norm <= 1) + (norm >= 1) / norm", Verdict.FAILED),
    ],
)
def test_gradients_whose_norm_is_the_limit_belong_to_one_side(factor, verdict):
    results = graded(CLIP.format(factor=factor), "clip_by_norm")

    assert verdicts(results) == {verdict}
