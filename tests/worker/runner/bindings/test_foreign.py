"""An assignment's own binding.py: functions, dicts and generators."""

import numpy as np
import pytest

from grader.contract.messages import Phase
from tests.worker.runner.bindings.asking import ask
from worker.runner.bindings import foreign
from worker.runner.bindings.base import Binding
from worker.runner.faults import BadOutputError

SOURCE = b"""
def plain(student, x):
    return {"out": student.twice(x)}

def parts(student, x, *, options):
    yield {"out": x * options["factor"]}
    yield {"grad_x": student.twice(x)}
    raise ZeroDivisionError

def anything(student, **given):
    return {name: 1 for name in given}

def wrong(student, x):
    return [x]

def empty(student, x):
    return {"out": None}
"""
STUDENT = "def twice(x): return 2 * x"
X = np.arange(3.0)


@pytest.fixture
def binding() -> Binding:
    return foreign.load(SOURCE)


def test_a_function_may_return_a_dict(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="plain")
    assert got.arrays["out"].tolist() == [0, 2, 4]
    assert got.phases == [Phase.CALL]


def test_a_generator_gives_results_before_it_fails(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="parts", factor=3)
    assert got.arrays["out"].tolist() == [0, 3, 6]
    assert got.arrays["grad_x"].tolist() == [0, 2, 4]
    assert isinstance(got.error, ZeroDivisionError)


def test_options_go_to_whoever_takes_them(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="anything")
    assert sorted(got.arrays) == ["options", "x"]


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("wrong", "wrong gave a list; expected a dict of arrays."),
        ("empty", "empty: out is None; expected an array."),
    ],
)
def test_what_is_no_dict_of_arrays_gets_a_sentence(
    binding: Binding, action: str, sentence: str
) -> None:
    got = ask(binding, STUDENT, {"x": X}, action=action)
    assert isinstance(got.error, BadOutputError)
    assert sentence in got.sentence


def test_a_missing_function_is_the_assignments_mistake(
    binding: Binding,
) -> None:
    got = ask(binding, STUDENT, {}, action="absent")
    assert isinstance(got.error, LookupError)
