"""Programs as data, and as students read them."""

import json

import numpy as np
import pytest

from grader.checks.graphs.array_drawing import ARRAYS, EITHER
from grader.checks.graphs.cases import prepared
from grader.checks.graphs.drawing import COMMON, drawn
from grader.checks.graphs.program import Loop, Pass, Program, Step
from grader.checks.graphs.rules import PULLS
from grader.checks.graphs.tape import Engine
from tests.checks.graphs.dialects import ARRAY, SCALAR, SUMMED

LONGEST_TEXT = 16 << 10


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step("t", "add", ("x", 2)), "t = x + 2"),
        (Step("t", "divide", (2, "x")), "t = 2 / x"),
        (Step("t", "power", ("x", 3)), "t = x ** 3"),
        (Step("t", "negate", ("x",)), "t = -x"),
        (Step("t", "tanh", ("x",)), "t = tanh(x)"),
        (
            Step("t", "sum", ("x",), {"axis": 0, "keepdims": False}),
            "t = sum(x, axis=0)",
        ),
        (
            Step("t", "sum", ("x",), {"axis": [0, 2], "keepdims": True}),
            "t = sum(x, axis=(0, 2), keepdims=True)",
        ),
        (Step("t", "reshape", ("x",), {"shape": [6]}), "t = reshape(x, shape=(6,))"),
        (Step("t", "transpose", ("x",), {"axes": None}), "t = transpose(x)"),
        (Step("t", "rows", ("x",), {"rows": [1, 1]}), "t = x[[1, 1]]"),
        (
            Step("t", "slice", ("x",), {"slices": [[1, None, None], [None, None, 2]]}),
            "t = x[1:, ::2]",
        ),
        (
            Step("g", "gradient", ("y", "x"), {"upstream": ""}),
            "g = gradient of y for x",
        ),
    ],
)
def test_a_step_reads_as_students_write_it(step, text):
    assert str(step) == text


def test_a_loop_reads_as_its_steps_and_how_often_they_run():
    loop = Loop(3, (Step("y", "multiply", ("y", "a")), Step("y", "add", ("y", "b"))))
    program = Program((loop,), (Pass("y"),), ("y", "a", "b"), ("a",))
    assert str(program) == "3 times (y = y * a; y = y + b)"
    assert [step.operation for step in program.unrolled] == ["multiply", "add"] * 3


TOPICS = {
    **COMMON,
    **{name: draw for name, (draw, _) in {**ARRAYS, **EITHER}.items()},
}


@pytest.mark.parametrize("dialect", [SCALAR, ARRAY, SUMMED])
@pytest.mark.parametrize("topic", TOPICS)
def test_every_drawn_program_survives_the_way_into_the_jail(topic, dialect):
    if topic in ARRAYS and not dialect.arrays:
        dialect = ARRAY
    for found in drawn(TOPICS[topic], topic, dialect, np.random.default_rng(2)):
        text = json.dumps(found.program.to_options())
        assert Program.from_options(json.loads(text)) == found.program
        assert len(text) < LONGEST_TEXT // 2


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_programs_of_two_shapes_or_forms(topic):
    found = drawn(TOPICS[topic], topic, ARRAY, np.random.default_rng(2))
    shapes = {tuple(a.shape for a in one.arrays.values()) for one in found}
    forms = {str(one.program) for one in found}
    assert len(found) >= 2
    assert len(shapes) >= 2 or len(forms) >= 2


@pytest.mark.parametrize("topic", TOPICS)
def test_no_drawn_leaf_is_near_a_kink_or_a_pole(topic):
    rng = np.random.default_rng(11)
    for found in drawn(TOPICS[topic], topic, ARRAY, rng):
        for name in found.program.gradients:
            if topic != "reductions" and name != "b":
                assert np.abs(found.arrays[name]).min() > 0.05


def test_entries_of_which_a_maximum_is_taken_are_far_apart():
    draw, _ = ARRAYS["reductions"]
    for found in drawn(draw, "reductions", ARRAY, np.random.default_rng(3)):
        entries = np.sort(found.arrays["x"].ravel())
        assert np.diff(entries).min() > 0.01


def test_upstream_gradients_are_random_and_signed():
    found = drawn(COMMON["diamond"], "diamond", ARRAY, np.random.default_rng(3))
    every = np.concatenate([one.arrays["upstream"].ravel() for one in found])
    assert len(np.unique(every)) > every.size // 2
    assert (every > 0).any()
    assert (every < 0).any()


@pytest.mark.parametrize("dialect", [SCALAR, ARRAY])
def test_units_that_are_on_and_off_get_gradients_of_both_signs(dialect):
    rng = np.random.default_rng(5)
    found = [
        prepared(one, rng)
        for one in drawn(COMMON["chain"], "chain", dialect, rng)
        if "relu" in one.program.operations
    ]
    for case in found:
        plain = [
            (float(entry), float(slope))
            for name in case.drawn.program.gradients
            for entry, slope in zip(
                case.drawn.arrays[name].ravel(),
                linear(case)[f"grad_{name}"].ravel(),
                strict=True,
            )
        ]
        assert {(entry > 0, slope > 0) for entry, slope in plain} == {
            (on, up) for on in (True, False) for up in (True, False)
        }


def linear(case):
    """Return the gradients if no unit were ever off."""
    passing = {**PULLS, "relu": lambda g, out, xs, p: [g]}
    engine = Engine(pulls=passing)
    return engine.answer(case.drawn.program, case.drawn.arrays)


def test_rows_and_entries_are_read_more_than_once():
    draw, _ = ARRAYS["indexing"]
    for found in drawn(draw, "indexing", ARRAY, np.random.default_rng(3)):
        (step,) = found.program.unrolled
        if step.operation == "rows":
            assert len(set(step.params["rows"])) < len(step.params["rows"])
        if step.operation == "gather":
            assert all(len(set(row)) < len(row) for row in step.params["indices"])


def test_permutations_are_not_their_own_inverse():
    draw, _ = ARRAYS["shapes"]
    given = [
        step.params["axes"]
        for found in drawn(draw, "shapes", ARRAY, np.random.default_rng(3))
        for step in found.program.unrolled
        if step.operation == "transpose" and step.params["axes"]
    ]
    assert given
    assert all(np.argsort(axes).tolist() != axes for axes in given)
