"""The kind ``initializer`` on students' functions."""

import pytest

from grader import engine
from grader.assignments import load_files
from grader.report import Verdict
from tests.checks.fake_jail import FakeJail

ASSIGNMENT = """
format = 1
slug = "under-test"
title = "Under test"
[submission]
entry = "init.py"
[[component]]
name = "draw"
operation = "{operation}"
convention = {convention}
[[check]]
id = "moments"
kind = "initializer"
component = "draw"
points = {{ mean = 1, variance = 2 }}
"""


def graded(body, operation="kaiming", convention="{}", seed=1):
    text = ASSIGNMENT.format(operation=operation, convention=convention)
    files = {"init.py": f"import numpy as np\ndef draw(shape):\n    {body}\n".encode()}
    wanted = load_files({"assignment.toml": text.encode()})
    report = engine.grade(wanted, files, "init.py", seed=seed, jail=FakeJail())
    return {result.quantity: result for result in report.results}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "body",
    [
        "return np.random.randn(*shape) * np.sqrt(2 / shape[0])",
        "return np.random.uniform(-1, 1, shape) * np.sqrt(6 / shape[0])",
        "return (np.random.randn(*shape) * (2 / shape[0]) ** 0.5).astype(np.float32)",
    ],
)
def test_right_moments_pass_whatever_the_distribution(body, seed):
    found = graded(body, seed=seed)
    assert {result.verdict for result in found.values()} == {Verdict.PASSED}


@pytest.mark.parametrize(
    ("body", "failed"),
    [
        ("return np.random.randn(*shape) * np.sqrt(1 / shape[0])", {"variance"}),
        ("return np.random.randn(*shape) * np.sqrt(2 / shape[1])", {"variance"}),
        ("return np.random.randn(*shape) * (2 / shape[0])", {"variance"}),
        ("return np.random.randn(*shape) * np.sqrt(2.4 / shape[0])", {"variance"}),
        ("return np.random.rand(*shape) * np.sqrt(24 / shape[0])", {"mean"}),
        ("return np.zeros(shape)", {"variance"}),
        ("return np.random.randn(*shape[::-1])", {"mean", "variance"}),
        ("return np.full(shape, np.nan)", {"mean", "variance"}),
    ],
)
def test_wrong_moments_fail(body, failed):
    found = graded(body)
    assert {q for q, r in found.items() if r.verdict is Verdict.FAILED} == failed


def test_a_constant_must_be_that_constant():
    right = graded("return np.full(shape, 0.25)", "constant", "{ value = 0.25 }")
    assert {result.verdict for result in right.values()} == {Verdict.PASSED}
    wrong = graded("return np.full(shape, 0.2501)", "constant", "{ value = 0.25 }")
    assert wrong["mean"].verdict is Verdict.FAILED
    assert wrong["variance"].verdict is Verdict.PASSED


def test_the_sentence_states_both_numbers_and_the_shape():
    message = graded("return np.zeros(shape)")["variance"].message
    assert message.startswith("The variance of weights of shape (151, 97) is 0; right")
    assert graded("return np.zeros(3)")["mean"].message == (
        "The drawn weights have shape (3,), but must have shape (151, 97)."
    )
    assert "finite" in graded("return np.full(shape, np.inf)")["mean"].message


def test_a_function_that_raises_earns_nothing_and_says_why():
    found = graded("raise ValueError('no idea')")
    assert {result.verdict for result in found.values()} == {Verdict.ERRORED}
    assert "no idea" in found["mean"].message
