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


@pytest.mark.parametrize("seed", range(20))
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


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("return np.random.randn(*shape) * (2 / shape[0])", "M151"),
        ("return np.random.randn(*shape) * np.sqrt(1 / shape[0])", "M146"),
        ("return np.random.randn(*shape) * np.sqrt(2 / shape[1])", "M238"),
        ("return np.random.randn(*shape) * np.sqrt(2 / sum(shape))", "M238"),
        ("return 0.01 * np.random.randn(*shape)", "M238"),
        ("return np.random.randn(*shape)", "M238"),
        ("return np.random.uniform(-1, 1, shape) * np.sqrt(2 / shape[0])", "M239"),
        ("return np.random.rand(*shape) * np.sqrt(2 / shape[0])", "M239"),
        ("return np.zeros(shape)", "M150"),
        ("return np.ones(shape)", "M150"),
    ],
)
def test_known_moments_are_recognised(body, name, seed):
    failed = [r for r in graded(body, seed=seed).values() if r.points == 0.0]
    assert failed
    assert {r.diagnosis.id for r in failed if r.diagnosis} == {name}
    assert all(r.diagnosis for r in failed)


def test_a_moment_that_is_right_has_no_diagnosis():
    found = graded("return np.random.randn(*shape) * (2 / shape[0])")
    assert found["mean"].verdict is Verdict.PASSED
    assert found["mean"].diagnosis is None


@pytest.mark.parametrize(
    "body",
    [
        # Between the right moments and those of known mistakes, near none of them.
        "return np.random.randn(*shape) * np.sqrt(1.35 / shape[0])",
        # Fans exchanged, but for one of the two shapes only.
        "return np.random.randn(*shape) * np.sqrt(2 / max(shape))",
        "return np.random.randn(*shape) * np.sqrt(2 / min(shape))",
        # The spread of a known mistake about a mean that it does not have.
        "return 1 + np.random.randn(*shape) * np.sqrt(1 / shape[0])",
        # No moments at all, of one shape or both.
        "return np.zeros(shape if shape[0] == 151 else 3)",
        "return np.full(shape, np.nan)",
    ],
)
def test_other_moments_get_no_name(body):
    found = graded(body)
    assert Verdict.FAILED in {result.verdict for result in found.values()}
    assert all(result.diagnosis is None for result in found.values())


def test_one_draw_is_not_enough_for_a_name():
    body = "assert shape[0] == 151; return np.zeros(shape)"
    found = graded(body)
    assert found["variance"].verdict is Verdict.FAILED
    assert found["variance"].diagnosis is None


def test_moments_that_fit_two_known_mistakes_get_no_name():
    # Without the gain of 2 this is 2/(in+out), and so is 1/(in+out) with it.
    body = "return np.random.randn(*shape) * np.sqrt(2 / sum(shape))"
    found = graded(body, "xavier", '{ gain = "relu" }')
    assert found["variance"].verdict is Verdict.FAILED
    assert found["variance"].diagnosis is None


def test_random_numbers_in_place_of_a_constant_are_recognised_by_both_moments():
    found = graded("return 0.01 * np.random.randn(*shape)", "zeros")
    assert {result.verdict for result in found.values()} == {Verdict.FAILED}
    assert {result.diagnosis.id for result in found.values()} == {"M152"}


def repeating(body, operation="kaiming", convention="{}"):
    text = ASSIGNMENT.format(operation=operation, convention=convention)
    files = {"init.py": f"import numpy as np\n{body}".encode()}
    wanted = load_files({"assignment.toml": text.encode()})
    report = engine.grade(wanted, files, "init.py", seed=1, jail=FakeJail())
    return {result.quantity: result for result in report.results}


NORMAL = "{rng}.normal(size=shape) * np.sqrt(2 / shape[0])"


def test_a_seed_that_is_set_for_every_draw_is_noticed_and_costs_nothing():
    drawn = NORMAL.format(rng="np.random.default_rng(5)")

    found = repeating(f"def draw(shape):\n    return {drawn}\n")

    assert {one.verdict for one in found.values()} == {Verdict.PASSED}
    assert {one.diagnosis.id for one in found.values()} == {"M153"}
    assert "gave the same numbers" in found["mean"].evidence["notice"]


def test_a_generator_that_goes_on_is_not_taken_for_a_seed():
    drawn = NORMAL.format(rng="RNG")
    body = f"RNG = np.random.default_rng(5)\ndef draw(shape):\n    return {drawn}\n"

    found = repeating(body)

    assert [one.diagnosis for one in found.values()] == [None, None]
    assert "notice" not in found["mean"].evidence


def test_zeros_that_are_asked_for_are_the_same_every_time():
    found = repeating("def draw(shape):\n    return np.zeros(shape)\n", "zeros")

    assert [one.diagnosis for one in found.values()] == [None, None]


def test_wrong_moments_of_a_repeated_draw_keep_their_own_name():
    drawn = "np.random.default_rng(5).normal(size=shape) * 2 / shape[0]"

    found = repeating(f"def draw(shape):\n    return {drawn}\n")

    assert found["variance"].verdict is Verdict.FAILED
    assert found["variance"].diagnosis.id == "M151"
