"""An assignment's own binding.py: functions, dicts and generators."""

import numpy as np
import pytest

from grader.contract.messages import Phase
from tests.worker.runner.bindings.asking import ask
from worker.runner.bindings import foreign
from worker.runner.bindings.base import Binding
from worker.runner.faults import BadOutputError, BindingMistakeError

SOURCE = b"""
from binding_tools import phase, unpack

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

def half(student, x):
    return {"out": x, "grad_x": None, "grad_w": x}

def phases(student, x):
    phase("forward")
    yield {"out": x}
    phase("backward")
    yield {"grad_x": x}

def pair(student, x):
    out, cache = unpack(student.twice(x), "out, cache", "twice")
    return {"out": out}

def many(student, x):
    for count in range(300):
        yield {f"out_{count}": x}
"""
STUDENT = "def twice(x): return 2 * x"
X = np.arange(3.0)


@pytest.fixture
def binding() -> Binding:
    return foreign.load(SOURCE)


def test_a_function_may_return_a_dict(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="plain")
    assert got.arrays["out"].tolist() == [0, 2, 4]


def test_a_generator_gives_results_before_it_fails(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="parts", factor=3)
    assert got.arrays["out"].tolist() == [0, 3, 6]
    assert got.arrays["grad_x"].tolist() == [0, 2, 4]
    assert isinstance(got.error, ZeroDivisionError)


def test_options_go_to_whoever_takes_them(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="anything")
    assert sorted(got.arrays) == ["options", "x"]


def test_a_value_that_is_no_array_costs_none_of_the_others(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="half")
    assert sorted(got.arrays) == ["grad_w", "out"]
    assert isinstance(got.error, BadOutputError)
    assert got.sentence == "grad_x is None; expected an array."


def test_a_quantity_is_called_what_the_assignment_calls_it(binding: Binding) -> None:
    names = {"grad_x": "dx from twice"}
    got = ask(binding, STUDENT, {"x": X}, action="half", names=names)
    assert got.sentence == "dx from twice is None; expected an array."


def test_each_phase_and_each_result_is_reported_at_once(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="phases")
    forward, backward = Phase.FORWARD, Phase.BACKWARD
    assert got.phases == [Phase.CALL, forward, forward, backward, backward]


def test_many_results_stay_below_the_limit_of_parts(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="many")
    assert len(got.arrays) == 300
    assert len(got.phases) < 100


def test_the_tools_can_be_imported_by_name(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"x": X}, action="pair")
    assert got.sentence == (
        "twice returned one value, an array; expected a tuple of 2: out, cache."
    )


@pytest.mark.parametrize(
    ("action", "arrays", "reason"),
    [
        ("wrong", {"x": X}, "wrong gave a list; expected a dict of arrays"),
        ("absent", {}, "has no function absent"),
        ("plain", {"x": X, "bias": X}, "got an unexpected keyword argument 'bias'"),
        ("plain", {}, "missing a required argument: 'x'"),
    ],
)
def test_what_no_student_can_cause_is_a_mistake_of_the_binding(
    binding: Binding, action: str, arrays: dict[str, np.ndarray], reason: str
) -> None:
    got = ask(binding, STUDENT, arrays, action=action)
    assert isinstance(got.error, BindingMistakeError)
    assert reason in got.sentence


@pytest.mark.parametrize("source", [b"import nowhere", b"1 / 0", b"def f(:"])
def test_a_source_that_does_not_load_is_a_mistake_of_the_binding(
    source: bytes,
) -> None:
    with pytest.raises(BindingMistakeError, match=r"binding\.py cannot be loaded"):
        foreign.load(source)


def test_stand_ins_are_answered_with_nothing(binding: Binding) -> None:
    got = ask(binding, STUDENT, {"script.x": X}, action="plain", scripted=True)
    assert (got.arrays, got.error) == ({}, None)


def test_names_are_looked_for_where_the_binding_does_not_say_how(
    binding: Binding,
) -> None:
    wanted = {"functions": ["twice", "thrice"], "components": [{"component": "Net"}]}
    got = ask(binding, STUDENT, action="interface", **wanted)
    states = {"twice": "present", "thrice": "missing", "Net": "missing"}
    assert got.notes == {**states, "found": "twice"}


def test_a_binding_may_look_for_names_itself() -> None:
    source = b'def interface(student):\n    return {"Net": "no attribute W"}'
    got = ask(foreign.load(source), STUDENT, action="interface", functions=[])
    assert got.notes == {"Net": "no attribute W", "found": "twice"}


def test_an_interface_that_gives_no_texts_is_a_mistake_of_the_binding() -> None:
    source = b"def interface(student):\n    return [1]"
    got = ask(foreign.load(source), STUDENT, action="interface")
    assert isinstance(got.error, BindingMistakeError)
