"""The binding for classes of numbers, on small engines."""

from typing import Any

import numpy as np
import pytest

from grader.contract.messages import Phase
from tests.worker.runner.bindings.asking import Answer, ask
from worker.runner.bindings import built_in
from worker.runner.faults import BadOutputError, MissingError

BINDING = built_in("scalar_graph")
ENGINE = """
class Value:
    def __init__(self, data, edges=()):
        self.data, self.edges, self.grad = data, edges, 0.0

    def __add__(self, other):
        return Value(self.data + other.data, ((self, 1), (other, 1)))

    def __mul__(self, other):
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def square(self):
        return self * self

    def backward(self, g=1.0):
        self.grad += g
        for one, slope in self.edges:
            one.backward(g * slope)
"""
LEAVES = {"x": np.array(3.0), "y": np.array(-2.0)}
PRODUCT = [["u", "multiply", ["x", "y"], {}], ["t", "add", ["u", "x"], {}]]


def asked(source: str = ENGINE, **options: Any) -> Answer:
    given = {
        "component": "Value",
        "names": {},
        "program": PRODUCT,
        "passes": [["t", "", False, False]],
        "leaves": ["x", "y"],
        "gradients": ["x", "y"],
        "order": False,
        **options,
    }
    return ask(BINDING, source, LEAVES, action="autodiff", **given)


def test_a_program_gives_its_value_and_every_gradient() -> None:
    got = asked()
    assert got.error is None
    assert {name: float(value) for name, value in got.arrays.items()} == {
        "out": -3.0,
        "grad_x": -1.0,
        "grad_y": 3.0,
    }
    assert got.phases == [Phase.CALL, Phase.BACKWARD]


def test_leaves_are_made_from_python_numbers() -> None:
    source = ENGINE.replace(
        "self.data, self.edges", "assert type(data) is float; self.data, self.edges", 1
    )
    got = asked(source, program=[["t", "add", ["x", "y"], {}]])
    assert got.error is None
    assert float(got.arrays["out"]) == 1.0


def test_a_loop_runs_as_often_as_it_says() -> None:
    loop = {"times": 3, "steps": [["x", "add", ["x", "x"], {}]]}
    got = asked(program=[loop], passes=[["x", "", False, False]])
    assert float(got.arrays["out"]) == 24.0
    assert float(got.arrays["grad_x"]) == 8.0


@pytest.mark.parametrize(
    ("zeroed", "rebuilt", "gradient"), [(False, False, -2.0), (True, True, -1.0)]
)
def test_a_second_pass_may_begin_anew(
    zeroed: bool, rebuilt: bool, gradient: float
) -> None:
    passes = [["t", "", False, False], ["t", "", zeroed, rebuilt]]
    got = asked(passes=passes)
    assert float(got.arrays["grad_x"]) == gradient


def test_the_students_own_zero_grad_is_called_if_there_is_one() -> None:
    source = f"{ENGINE}\n    def clear(self):\n        self.grad = 100.0\n"
    passes = [["t", "", False, False], ["t", "", True, False]]
    got = asked(source, passes=passes, names={"zero": "clear"})
    assert float(got.arrays["grad_y"]) == 103.0


def test_a_course_may_call_things_otherwise() -> None:
    source = (
        ENGINE.replace("self.data", "self.v")
        .replace("other.data", "other.v")
        .replace("grad", "dv")
        .replace("backward", "back")
    )
    names = {"data": "v", "grad": "dv", "backward": "back", "tanh": "square"}
    got = asked(source, names=names, program=[["t", "tanh", ["x"], {}]])
    assert float(got.arrays["out"]) == 9.0
    assert float(got.arrays["grad_x"]) == 6.0


def test_a_function_of_the_file_will_do_for_a_method() -> None:
    source = f"{ENGINE}\ndef tanh(x):\n    return x * x * x\n"
    got = asked(source, program=[["t", "tanh", ["x"], {}]])
    assert float(got.arrays["out"]) == 27.0


@pytest.mark.parametrize(
    ("source", "options", "sentence"),
    [
        ("", {}, "Value was not found. Your file has: no classes or functions."),
        (
            ENGINE,
            {"program": [["t", "exp", ["x"], {}]]},
            "Value has no method exp, and your file no function of that name.",
        ),
        (
            ENGINE.replace("def backward", "def go"),
            {},
            "Value has no method backward.",
        ),
        (
            ENGINE.replace("self.grad += g", "self.grad = None"),
            {},
            "x.grad is None after the way back.",
        ),
        (
            ENGINE.replace("self.grad", "self.g"),
            {},
            "Value has no attribute grad.",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    source: str, options: dict[str, Any], sentence: str
) -> None:
    got = asked(source, **options)
    assert isinstance(got.error, MissingError)
    assert sentence in got.sentence


def test_a_value_that_is_no_number_is_refused() -> None:
    got = asked(ENGINE.replace("self.data + other.data", "'text'"))
    assert isinstance(got.error, BadOutputError)
    assert got.sentence.startswith("t is a str")


def test_a_value_without_data_is_refused() -> None:
    got = asked(names={"data": "number"})
    assert isinstance(got.error, BadOutputError)
    assert got.sentence.startswith("t is a Value")


def test_the_order_comes_as_places_and_own_nodes_are_left_out() -> None:
    source = (
        f"{ENGINE}\n    def nodes(self):\n"
        "        found = [Value(0.0)]\n"
        "        for one, _ in self.edges:\n            found += one.nodes()\n"
        "        return found + [self]\n"
    )
    got = asked(source, order=True, names={"order": "nodes"})
    assert got.arrays["order"].tolist() == [0, 1, 2, 0, 3]
    assert got.phases == [Phase.CALL]


def test_the_order_may_come_from_a_function_of_a_list() -> None:
    source = f"{ENGINE}\ndef order(outputs):\n    return iter(outputs)\n"
    got = asked(source, order=True)
    assert got.arrays["order"].tolist() == [3]
