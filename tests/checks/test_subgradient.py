"""Kinks and ties: every valid subgradient passes, nothing else does."""

import json

import numpy as np
import pytest

from grader import engine
from grader.assignments import load_files
from grader.errors import AssignmentError
from grader.report import Verdict
from reference import misconceptions
from reference.misconceptions import VisibleOn
from reference.operations import create, names
from tests.checks.every_operation import toml
from tests.checks.fake_jail import FakeJail, answering

RNG = np.random.default_rng
CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
    if create(name, **conventions).kinked(RNG(0)) is not None
]
ENTRIES = [
    entry
    for name in names()
    for entry in misconceptions.for_operation(name)
    if entry.visible_on is VisibleOn.KINKS
]
every_case = pytest.mark.parametrize(("name", "conventions"), CASES)


def assignment(name, conventions, *, exact=False, look=""):
    quantities = create(name, **conventions).quantities
    text = f"""
    format = 1
    slug = "under-test"
    title = "Under test"
    [submission]
    entry = "student.py"
    [[component]]
    name = "Part"
    operation = "{name}"
    convention = {toml(dict(conventions))}
    {look}
    [[check]]
    id = "kinks"
    kind = "subgradient"
    component = "Part"
    exact = {json.dumps(exact)}
    points = {toml(dict.fromkeys(quantities, 1))}
    """
    return load_files({"assignment.toml": text.encode()})


def judged(name, conventions, answer, *, exact=False, seed=1):
    """Return the results of a student who answers calls with ``answer``."""
    wanted = assignment(name, conventions, exact=exact)
    jail = answering(lambda call: answer(call.arrays))
    report = engine.grade(wanted, {"student.py": b""}, "", seed=seed, jail=jail)
    return {result.quantity: result for result in report.results}


def graded(source, name="relu", *, exact=False, **conventions):
    """Return the results of a student's source."""
    wanted = assignment(name, conventions, exact=exact)
    files = {"student.py": source.encode()}
    report = engine.grade(wanted, files, "student.py", seed=1, jail=FakeJail())
    return {result.quantity: result for result in report.results}


def with_kinks(name):
    """Return the first example conventions under which an operation has kinks."""
    return next(case.values[1] for case in CASES if case.values[0] == name)


def verdicts(results):
    return {result.verdict for result in results.values()}


@every_case
@pytest.mark.parametrize("exact", [False, True])
def test_the_declared_convention_passes(name, conventions, exact):
    operation = create(name, **conventions)

    results = judged(name, conventions, operation.answer, exact=exact)

    assert verdicts(results) == {Verdict.PASSED}


@every_case
def test_single_precision_passes_with_a_notice(name, conventions):
    operation = create(name, **conventions)

    def rounded(arrays):
        answer = operation.answer(arrays)
        return {key: value.astype(np.float32) for key, value in answer.items()}

    results = judged(name, conventions, rounded)

    assert verdicts(results) == {Verdict.PASSED}


@every_case
@pytest.mark.parametrize("seed", range(3))
def test_any_valid_subgradient_passes(name, conventions, seed):
    operation = create(name, **conventions)
    rng = RNG(seed)

    def some_choice(arrays):
        return {
            key: operation.nearest(arrays, key, value + rng.normal(0, 9, value.shape))
            for key, value in operation.answer(arrays).items()
        }

    results = judged(name, conventions, some_choice, seed=seed)

    assert verdicts(results) == {Verdict.PASSED}


@every_case
def test_beyond_what_is_valid_nothing_passes(name, conventions):
    operation = create(name, **conventions)

    def beyond(arrays):
        far = {}
        for key, value in operation.answer(arrays).items():
            largest = operation.nearest(arrays, key, np.full(value.shape, 1e6))
            far[key] = largest + 0.01 * np.max(np.abs(value))
        return far

    results = judged(name, conventions, beyond)

    assert verdicts(results) == {Verdict.FAILED}


@pytest.mark.parametrize(
    ("name", "asked", "answered"),
    [
        ("relu", {}, {"gradient_at_zero": 1.0}),
        ("relu", {"gradient_at_zero": 1.0}, {"gradient_at_zero": 0.5}),
        ("leaky_relu", {}, {"gradient_at_zero": 1.0}),
        ("threshold", {}, {"value_at_zero": 0.5}),
        ("max_pool2d", {}, {"ties": "split"}),
        ("max_pool1d", {"ties": "split"}, {"ties": "first"}),
        ("max_pool2d", {"ties": "all"}, {"ties": "first"}),
    ],
)
def test_another_valid_convention_passes_unless_one_is_demanded(name, asked, answered):
    other = create(name, **answered)

    lenient = judged(name, asked, other.answer)
    exact = judged(name, asked, other.answer, exact=True)

    last = create(name).quantities[-1]
    assert verdicts(lenient) == {Verdict.PASSED}
    assert exact[last].verdict is Verdict.FAILED
    assert "this assignment asks for another one" in exact[last].message


@pytest.mark.parametrize(
    "entry",
    [pytest.param(e, id=f"{e.operation}-{e.id}") for e in ENTRIES],
)
def test_every_known_mistake_about_kinks_fails_and_is_named(entry):
    conventions = with_kinks(entry.operation)
    operation = create(entry.operation, **conventions)
    changes = entry.wrong(operation, operation.kinked(RNG(0)))

    def answer(arrays):
        return operation.answer(arrays) | entry.wrong(operation, arrays)

    results = judged(entry.operation, conventions, answer)

    failed = {q for q, r in results.items() if r.verdict is Verdict.FAILED}
    assert failed == set(changes)
    assert {results[q].diagnosis.id for q in failed} == {entry.id}


def test_the_library_knows_mistakes_about_every_kind_of_kink():
    covered = {entry.operation for entry in ENTRIES}
    kinked = {case.values[0] for case in CASES}
    # A jump, and a clipping that is a subgradient on both sides: nothing to get wrong.
    assert kinked - covered == {"threshold", "binary_cross_entropy"}


LAST = "axes = [0, 2, 3, 1]"
CHANNELS_LAST = f"[component.arrays.x]\n{LAST}\n[component.arrays.out]\n{LAST}"


@pytest.mark.parametrize(
    ("ties", "verdict"),
    [("first", Verdict.PASSED), ("split", Verdict.PASSED), ("all", Verdict.FAILED)],
)
def test_ties_are_judged_in_the_layout_of_the_course(ties, verdict):
    wanted = assignment("max_pool2d", {"ties": "first"}, look=CHANNELS_LAST)
    pool = create("max_pool2d", ties=ties)

    def answer(call):
        plain = {k: np.moveaxis(v, 3, 1) for k, v in call.arrays.items()}
        return {k: np.moveaxis(v, 1, 3) for k, v in pool.answer(plain).items()}

    report = engine.grade(wanted, {}, "", seed=1, jail=answering(answer))

    results = {result.quantity: result.verdict for result in report.results}
    assert results == {"out": Verdict.PASSED, "grad_x": verdict}


RELU = """
import numpy as np
class Part:
    def __init__(self):
        self.params, self.grads = {{}}, {{}}
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)
    def backward(self, grad_out):
        x = self.x
        {backward}
"""


@pytest.mark.parametrize(
    "backward",
    [
        "return grad_out * (x > 0)",
        "return grad_out * (x >= 0)",
        "return grad_out * (1 + np.sign(x)) / 2",
        "return np.where(x < 0, 0, grad_out)",
    ],
)
def test_every_usual_way_to_write_the_mask_passes(backward):
    results = graded(RELU.format(backward=backward))

    assert verdicts(results) == {Verdict.PASSED}
    assert "where x is exactly 0" in results["grad_x"].message


def test_a_gradient_outside_both_sides_is_shown_with_the_valid_range():
    source = RELU.format(backward="return grad_out * ((x > 0) + 2.0 * (x == 0))")

    message = graded(source)["grad_x"].message

    assert "every number from" in message
    assert "There is no derivative there" in message


@pytest.mark.parametrize(
    ("backward", "said"),
    [
        ("return grad_out * (x > 0) + 9 * (x == 0) * (len(x) == 9)", "lies where x is"),
        ("return grad_out[:, 1:] if np.any(x == 0) else grad_out * (x > 0)", "contain"),
    ],
)
def test_what_is_wrong_on_one_shape_only_or_has_a_wrong_shape_is_told(backward, said):
    result = graded(RELU.format(backward=backward))["grad_x"]

    assert result.verdict is Verdict.FAILED
    assert said in result.message


def test_a_mistake_that_shows_everywhere_is_not_blamed_on_kinks():
    message = graded(RELU.format(backward="return -grad_out * (x > 0)"))[
        "grad_x"
    ].message

    assert message.endswith("as well. Correct that first.")


def test_code_that_breaks_at_kinks_only_is_told_so():
    source = RELU.format(
        backward="assert np.all(x != 0), 'no mask fits'; return grad_out * (x > 0)"
    )
    results = graded(source)

    assert results["out"].verdict is Verdict.PASSED
    assert results["grad_x"].verdict is Verdict.ERRORED
    assert results["grad_x"].diagnosis.id == "M110"


def test_code_that_breaks_everywhere_gets_no_diagnosis_about_kinks():
    result = graded(RELU.format(backward="raise ValueError('not done')"))["grad_x"]

    assert result.verdict is Verdict.ERRORED
    assert result.diagnosis is None


@pytest.mark.parametrize(
    "backward",
    ["return np.zeros(3)", "return (grad_out * (x > 0)).astype(complex)"],
)
def test_what_cannot_be_compared_fails(backward):
    result = graded(RELU.format(backward=backward))["grad_x"]

    assert result.verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("name", "conventions"), [("linear", {}), ("binary_cross_entropy", {})]
)
def test_an_operation_without_kinks_is_refused(name, conventions):
    with pytest.raises(AssignmentError, match="no place without a derivative"):
        assignment(name, conventions)
