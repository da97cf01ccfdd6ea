"""The binding for classes of arrays, and for a course that overrides parts of it."""

from typing import Any

import numpy as np
import pytest

from tests.worker.runner.bindings.asking import Answer, ask
from worker.runner.bindings import built_in, foreign
from worker.runner.faults import BadOutputError, BindingMistakeError

BINDING = built_in("array_graph")
# Writes down how it is called; every gradient is what backward was given.
ENGINE = """
import numpy as np

class Tensor:
    asked = []

    def __init__(self, array):
        self.data, self.grad = np.array(array), np.zeros(np.shape(array))

    def __matmul__(self, other):
        return Tensor(self.data @ other.data)

    def __neg__(self):
        return Tensor(-self.data)

    def __getitem__(self, key):
        return Tensor(self.data[key])

    def backward(self, upstream=None):
        LEAF.grad = Tensor(np.ones(()) if upstream is None else upstream)

def leaf_and_calls(name):
    def method(self, *arguments, **named):
        global LEAF
        LEAF = self
        return Tensor(np.array([len(arguments), len(named)]))
    return method

for name in ("sum", "reshape", "transpose", "swap_axes", "gather", "detach"):
    setattr(Tensor, name, leaf_and_calls(name))
"""
X = np.arange(6.0).reshape(2, 3)


def asked(
    operation: str,
    params: dict[str, Any],
    source: str = ENGINE,
    upstream: str = "",
    arguments: tuple[Any, ...] = ("x",),
    **options: Any,
) -> Answer:
    given = {
        "component": "Tensor",
        "names": {},
        "program": [["t", operation, list(arguments), params]],
        "passes": [["t", upstream, False, False]],
        "leaves": ["x"],
        "gradients": ["x"],
        "order": False,
        **options,
    }
    arrays = {"x": X, "g": np.array([5.0, 7.0])}
    return ask(BINDING, source, arrays, action="autodiff", **given)


@pytest.mark.parametrize(
    ("operation", "params", "positional", "named"),
    [
        ("sum", {"axis": None, "keepdims": False}, 0, 0),
        ("sum", {"axis": 0, "keepdims": False}, 0, 1),
        ("sum", {"axis": [0, 1], "keepdims": True}, 0, 2),
        ("reshape", {"shape": [3, 2]}, 1, 0),
        ("transpose", {"axes": None}, 0, 0),
        ("transpose", {"axes": [1, 0]}, 1, 0),
        ("swap_axes", {"axes": [0, 1]}, 2, 0),
        ("gather", {"indices": [[0], [1]], "axis": 1}, 2, 0),
        ("detach", {}, 0, 0),
    ],
)
def test_methods_are_called_as_those_of_numpy(
    operation: str, params: dict[str, Any], positional: int, named: int
) -> None:
    got = asked(operation, params)
    assert got.error is None
    assert got.arrays["out"].tolist() == [positional, named]


@pytest.mark.parametrize(
    ("operation", "params", "value"),
    [
        ("rows", {"rows": [1, 1]}, X[[1, 1]]),
        ("slice", {"slices": [[1, None, None], [None, None, 2]]}, X[1:, ::2]),
        ("negate", {}, -X),
    ],
)
def test_square_brackets_and_operators_are_used(
    operation: str, params: dict[str, Any], value: np.ndarray
) -> None:
    source = ENGINE.replace("LEAF.grad", "self.grad")
    got = asked(operation, params, source)
    np.testing.assert_array_equal(got.arrays["out"], value)


def test_the_upstream_gradient_goes_into_backward() -> None:
    got = asked("sum", {"axis": 1, "keepdims": False}, upstream="g")
    assert got.arrays["grad_x"].tolist() == [5.0, 7.0]


def test_a_method_may_stand_for_the_data() -> None:
    source = ENGINE + "\nTensor.numpy = lambda self: self.data + 1\n"
    got = asked("detach", {}, source, names={"data": "numpy"})
    assert got.arrays["out"].tolist() == [1, 1]


def test_a_gradient_becomes_a_value_to_compute_with() -> None:
    program = [
        ["s", "sum", ["x"], {"axis": 1, "keepdims": False}],
        ["g", "gradient", ["s", "x"], {"upstream": "g"}],
        ["t", "negate", ["g"], {}],
    ]
    got = asked("", {}, program=program)
    assert got.error is None
    assert got.arrays["out"].tolist() == [-5.0, -7.0]


def test_a_gradient_that_is_a_raw_array_cannot_be_differentiated() -> None:
    source = ENGINE.replace(
        "Tensor(np.ones(()) if upstream is None else upstream)", "upstream"
    )
    program = [
        ["s", "sum", ["x"], {"axis": 1, "keepdims": False}],
        ["g", "gradient", ["s", "x"], {"upstream": "g"}],
    ]
    got = asked("", {}, source, program=program)
    assert isinstance(got.error, BadOutputError)
    assert "x.grad is a ndarray; expected a Tensor" in got.sentence


COURSE = b"""
from worker.runner.bindings.programs import Engine, run

class Course(Engine):
    def apply(self, operation, operands, params):
        if operation == "tanh":
            raise KeyError("a mistake of the course")
        return super().apply(operation, operands, params)

def autodiff(student, *, options, **arrays):
    yield from run(Course(student, options), options, arrays)
"""
OPTIONS = {
    "component": "Tensor",
    "names": {},
    "passes": [["t", "", False, False]],
    "leaves": ["x"],
    "gradients": ["x"],
    "order": False,
}


def through_a_course(operation: str, source: str = ENGINE) -> Answer:
    program = [["t", operation, ["x"], {"axis": None, "keepdims": False}]]
    options = {**OPTIONS, "program": program}
    return ask(foreign.load(COURSE), source, {"x": X}, action="autodiff", **options)


def test_a_course_overrides_what_it_does_otherwise() -> None:
    got = through_a_course("sum")
    assert got.error is None
    assert got.arrays["out"].tolist() == [0, 0]


def test_an_operator_that_a_class_lacks_is_not_the_courses_mistake() -> None:
    got = through_a_course("negate", ENGINE.replace("__neg__", "__minus__"))
    assert isinstance(got.error, TypeError)
    assert not isinstance(got.error, BindingMistakeError)
    assert vars(got.error)["_raised_by_student"]


def test_what_the_course_itself_does_wrong_is_its_own_mistake() -> None:
    got = through_a_course("tanh")
    assert isinstance(got.error, KeyError)
    assert not hasattr(got.error, "_raised_by_student")
