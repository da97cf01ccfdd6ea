"""When an engine is named, and when it must not be."""

import numpy as np
import pytest

from grader.checks.answers import Answer
from grader.checks.compare import Expected
from grader.checks.graphs.cases import prepared
from grader.checks.graphs.drawing import COMMON, drawn
from grader.checks.graphs.mistakes import walking_mistakes
from grader.checks.graphs.naming import Suspects, agrees
from grader.checks.graphs.operation_mistakes import elementwise_mistakes
from tests.checks.graphs.dialects import SCALAR

MISTAKES = [
    one
    for one in (*walking_mistakes(), *elementwise_mistakes())
    if one.can_be_made(SCALAR)
]
OVERWRITING = next(one for one in MISTAKES if one.id == "M115")


def cases(topic, answer, seed=3):
    """Return cases of a topic, answered by a function of the program and arrays."""
    rng = np.random.default_rng(seed)
    found = [prepared(one, rng) for one in drawn(COMMON[topic], topic, SCALAR, rng)]
    return [
        case.with_answer(Answer(answer(case.drawn.program, case.drawn.arrays, case)))
        for case in found
    ]


def right(program, arrays, case):
    return {name: one.value for name, one in case.expected.items()}


def overwritten(program, arrays, case):
    return OVERWRITING.answer(program, arrays)


def gradients(topic):
    return list(dict.fromkeys(name for case in topic for name in case.gradients))


def test_an_engine_is_named_from_its_numbers():
    topic = cases("diamond", overwritten)
    named = Suspects(MISTAKES).named(topic, gradients(topic))
    assert named.id == "M115"


def test_right_numbers_have_no_name():
    topic = cases("diamond", right)
    assert Suspects(MISTAKES).named(topic, gradients(topic)) is None


def test_one_program_is_not_enough():
    topic = cases("diamond", overwritten)[:1]
    assert Suspects(MISTAKES).named(topic, gradients(topic)) is None


def test_one_program_is_enough_if_another_topic_confirms_it():
    topic = cases("diamond", overwritten)[:1]
    others = cases("fan_out", overwritten)
    named = Suspects(MISTAKES).named(topic, gradients(topic), others)
    assert named.id == "M115"


def test_a_program_that_is_right_contradicts():
    wrong, fine = cases("diamond", overwritten), cases("diamond", right)
    topic = [*wrong[:4], *fine[4:]]
    assert Suspects(MISTAKES).named(topic, gradients(topic)) is None


def test_a_program_that_is_wrong_in_another_way_contradicts():
    def halved(program, arrays, case):
        return {name: one.value / 2 for name, one in case.expected.items()}

    topic = [*cases("diamond", overwritten)[:4], *cases("diamond", halved)[4:]]
    assert Suspects(MISTAKES).named(topic, gradients(topic)) is None


def test_numbers_in_single_precision_are_recognised():
    def single(program, arrays, case):
        answer = OVERWRITING.answer(program, arrays)
        return {name: np.float32(value) for name, value in answer.items()}

    topic = cases("reuse", single)
    named = Suspects(MISTAKES).named(topic, gradients(topic))
    assert named.id == "M115"


def test_two_programs_of_which_one_is_explained_are_not_enough():
    def once(program, arrays, case):
        wrong = overwritten(program, arrays, case)
        return wrong if case.drawn is first else right(program, arrays, case)

    first = None
    topic = cases("diamond", overwritten)[:1]
    first = topic[0].drawn
    others = cases("fan_out", once)
    assert Suspects(MISTAKES).named(topic, gradients(topic), others) is None


def test_an_engine_that_would_not_come_back_explains_nothing():
    endless = [one for one in MISTAKES if "cost" in one.topics]
    topic = cases("cost", right)[2:]
    suspects = Suspects(endless)
    assert suspects.named(topic, gradients(topic)) is None
    assert not any(
        suspects.reproduces(one, case, case.gradients)
        for one in endless
        for case in topic
    )


@pytest.mark.parametrize("seed", range(5))
def test_of_two_that_explain_a_topic_the_one_that_fits_elsewhere_is_named(seed):
    same = next(one for one in MISTAKES if one.id == "M330")

    def by_operand(program, arrays, case):
        return same.answer(program, arrays)

    topic = cases("reuse", by_operand, seed)
    others = [*topic, *cases("fan_out", by_operand, seed)]
    named = Suspects(MISTAKES).named(topic, gradients(topic), others)
    assert named.id == "M330"


@pytest.mark.parametrize(
    ("got", "other", "same"),
    [
        (np.ones(3), np.ones(3), True),
        (np.ones(3), np.ones((3, 1)), False),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([1.0, 2.0]), np.array([1.0, np.nan]), False),
        (np.array([1.0, 1e-12]), np.array([1.0, 0.0]), True),
        (np.array([1j]), np.array([1.0]), False),
    ],
)
def test_arrays_agree_in_shape_place_and_scale(got, other, same):
    expected = Expected(np.ones(3), 1.0)
    assert agrees(got, other, expected, 2.0**-27) is same
