"""The plain engine, and what every known wrong one does differently."""

import numpy as np
import pytest

from grader.checks.compare import compare
from grader.checks.graphs.array_drawing import ARRAYS, EITHER
from grader.checks.graphs.array_mistakes import array_mistakes
from grader.checks.graphs.cases import prepared
from grader.checks.graphs.drawing import COMMON, drawn
from grader.checks.graphs.mistakes import walking_mistakes
from grader.checks.graphs.naming import EXACT, VISIBLE, agrees
from grader.checks.graphs.operation_mistakes import elementwise_mistakes
from grader.checks.graphs.program import GRADIENT, Pass, Program, Step
from grader.checks.graphs.sketch import Dialect
from grader.checks.graphs.tape import EndlessError, Engine
from tests.checks.graphs.dialects import ARRAY, SCALAR

TOPICS = {
    **COMMON,
    **{name: draw for name, (draw, _) in {**ARRAYS, **EITHER}.items()},
}
MISTAKES = (*walking_mistakes(), *elementwise_mistakes(), *array_mistakes())


def cases(topic, dialect, seed=3):
    rng = np.random.default_rng(seed)
    return [prepared(one, rng) for one in drawn(TOPICS[topic], topic, dialect, rng)]


@pytest.mark.parametrize("dialect", [SCALAR, ARRAY], ids=["scalar", "array"])
@pytest.mark.parametrize("topic", [*COMMON, "detach"])
def test_the_plain_engine_agrees_with_the_reference(topic, dialect):
    for case in cases(topic, dialect):
        got = Engine().answer(case.drawn.program, case.drawn.arrays)
        assert got.keys() == case.expected.keys()
        for name, expected in case.expected.items():
            assert compare(expected, np.asarray(got[name])).is_right


@pytest.mark.parametrize("topic", ARRAYS)
def test_the_plain_engine_agrees_with_the_reference_on_arrays(topic):
    for case in cases(topic, ARRAY):
        got = Engine().answer(case.drawn.program, case.drawn.arrays)
        for name, expected in case.expected.items():
            assert compare(expected, np.asarray(got[name])).is_right


def judging(topic, dialect):
    """Return the cases that a quantity is judged by."""
    if topic == "values":
        return [*cases("chain", dialect), *cases("constants", dialect)]
    return cases(topic, dialect)


def possible(mistake):
    """Return an engine that can have a mistake."""
    for policy in mistake.policies:
        for plain in (SCALAR, ARRAY):
            dialect = Dialect(
                plain.operations, plain.arrays, plain.upstream, policy, depth=60
            )
            if mistake.can_be_made(dialect):
                return dialect
    raise AssertionError(mistake)


def is_seen(mistake, case):
    """Tell whether a mistake is visible; one that does not end or raises is."""
    try:
        answer = mistake.answer(case.drawn.program, case.drawn.arrays)
    except EndlessError:
        return True
    if answer is None:
        return mistake.concerns(case.drawn.program)
    return any(
        not agrees(expected.value, answer[name], expected, VISIBLE * EXACT)
        for name, expected in case.expected.items()
    )


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=lambda one: f"{one.id} {one.formula[:40]}"
)
def test_every_mistake_is_seen_in_every_topic_it_claims(mistake):
    dialect = possible(mistake)
    hidden = [
        topic
        for topic in mistake.topics
        if sum(is_seen(mistake, case) for case in judging(topic, dialect)) < 2
    ]
    assert hidden == []


def test_mistakes_with_one_id_share_title_and_hint():
    said = {}
    for mistake in MISTAKES:
        told = (mistake.diagnosis.title, mistake.diagnosis.hint)
        assert said.setdefault(mistake.id, told) == told


@pytest.mark.parametrize(
    "diagnosis",
    {one.id: one.diagnosis for one in MISTAKES}.values(),
    ids=lambda one: one.id,
)
def test_a_hint_asks_a_question_and_a_title_is_short(diagnosis):
    assert "?" in diagnosis.hint
    assert len(diagnosis.title) <= 60
    assert not diagnosis.title.endswith(".")


def test_a_mistake_about_second_derivatives_says_nothing_about_first_ones():
    mistake = next(one for one in MISTAKES if one.constant_gradients)
    (first, *_), (second, *_) = cases("chain", SCALAR), cases("second_order", SCALAR)
    assert mistake.answer(first.drawn.program, first.drawn.arrays) is None
    assert mistake.answer(second.drawn.program, second.drawn.arrays) is not None
    assert GRADIENT in second.drawn.program.operations


def test_shared_arrays_stop_at_a_detached_value():
    mistake = next(one for one in MISTAKES if one.id == "M333")
    for case in cases("detach", ARRAY):
        answer = mistake.answer(case.drawn.program, case.drawn.arrays)
        assert answer.keys() == case.expected.keys()


def test_what_cannot_be_added_to_in_place_is_added_all_the_same():
    mistake = next(one for one in MISTAKES if one.id == "M333")
    whole = {"axis": None, "keepdims": False}
    steps = (
        Step("a", "sum", ("x",), whole),
        Step("b", "sum", ("x",), whole),
        Step("t", "add", ("a", "b")),
    )
    program = Program(steps, (Pass("t"),), ("x",), ("x",))
    answer = mistake.answer(program, {"x": np.array([3.0, 5.0])})
    assert answer["grad_x"].tolist() == [2.0, 2.0]


@pytest.mark.parametrize("whole", [True, False])
def test_a_walk_along_every_path_of_a_long_chain_is_given_up(whole):
    ids = {True: "M116", False: "M331"}
    mistake = next(
        one for one in MISTAKES if one.id == ids[whole] and "cost" in one.topics
    )
    long = max(cases("cost", SCALAR), key=lambda case: len(str(case.drawn.program)))
    with pytest.raises(EndlessError):
        mistake.answer(long.drawn.program, long.drawn.arrays)
