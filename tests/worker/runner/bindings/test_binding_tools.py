"""The tools of a binding.py: each refusal is a sentence about the student's code."""

import random
import types

import numpy as np
import pytest

from grader.contract.messages import Phase
from worker.runner.bindings import binding_tools as tools
from worker.runner.faults import BadOutputError, MissingError, WrongShapeError


def affine_forward(x, w):
    return x @ w


class Layer:
    def __init__(self, width):
        self.W = np.zeros((2, width))
        self.grads = {"W": np.ones((2, width))}

    def step(self, rate):
        return rate


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ((1, 2), "2 values"),
        ([1], "1 value"),
        (None, "None"),
        (np.ones(3), "one value, an array"),
        ({"dx": 1, "dw": 2, "db": 3}, "one value, a dict"),
        (3.5, "one value, a float"),
    ],
)
def test_a_wrong_number_of_results_is_counted_and_named(value, what):
    with pytest.raises(BadOutputError) as refusal:
        tools.unpack(value, "dx, dw, db", "affine_backward")
    sentence = f"affine_backward returned {what}; expected a tuple of 3: dx, dw, db."
    assert str(refusal.value).startswith(sentence)


def test_nothing_returned_is_asked_about():
    with pytest.raises(BadOutputError, match="Is a return statement missing"):
        tools.unpack(None, "out, cache", "affine_forward")


@pytest.mark.parametrize("value", [(1, 2), [1, 2]])
def test_as_many_results_as_names_come_back_as_a_tuple(value):
    assert tools.unpack(value, "out, cache", "affine_forward") == (1, 2)


def test_a_call_returns_what_the_function_returns():
    got = tools.call(affine_forward, np.ones((1, 2)), w=np.ones((2, 1)))
    assert got.tolist() == [[2]]


@pytest.mark.parametrize(
    ("arguments", "keywords", "sentence"),
    [
        (
            (1, 2, 3),
            {},
            "affine_forward takes (x, w), but is called with 3 arguments: too many "
            "positional arguments.",
        ),
        (
            (1,),
            {},
            "affine_forward takes (x, w), but is called with 1 argument: missing a "
            "required argument: 'w'.",
        ),
        (
            (1, 2),
            {"b": 3},
            "affine_forward takes (x, w), but is called with 2 and b by name "
            "arguments: got an unexpected keyword argument 'b'.",
        ),
    ],
)
def test_a_call_that_cannot_begin_says_what_the_function_takes(
    arguments, keywords, sentence
):
    with pytest.raises(tools.WrongCallError) as refusal:
        tools.call(affine_forward, *arguments, **keywords)
    assert str(refusal.value) == sentence


def test_a_class_is_called_like_a_function():
    with pytest.raises(tools.WrongCallError, match=r"Layer takes \(width\)"):
        tools.call(Layer)


def test_what_cannot_be_called_is_said():
    with pytest.raises(tools.WrongCallError, match="float is a float; expected a func"):
        tools.call(2.5)


def test_a_type_error_from_inside_the_function_is_not_taken_for_a_wrong_call():
    with pytest.raises(TypeError, match="unsupported operand") as raised:
        tools.call(affine_forward, "x", 1)
    assert not isinstance(raised.value, tools.WrongCallError)


def test_a_function_without_a_signature_is_called_all_the_same():
    assert tools.call(max, 2, 5) == 5


def test_a_method_is_found_and_its_arguments_are_counted():
    step = tools.method(Layer(3), "step", "Layer")
    assert step(0.5) == 0.5
    with pytest.raises(tools.WrongCallError, match=r"Layer\.step takes \(rate\)"):
        step()


def test_a_missing_method_is_named():
    with pytest.raises(MissingError, match=r"^Layer has no method update\.$"):
        tools.method(Layer(3), "update", "Layer")


def test_an_attribute_or_an_entry_is_read():
    layer = Layer(3)
    assert tools.read(layer, "W", "Layer") is layer.W
    assert tools.read(layer.grads, "W", "Layer.grads") is layer.grads["W"]


@pytest.mark.parametrize(
    ("owner", "sentence"),
    [
        (Layer(3), "Thing has no attribute b."),
        ({"W": 1, "c": 2}, "Thing has no entry 'b'; it holds 'W', 'c'."),
        ({}, "Thing has no entry 'b'; it holds nothing."),
    ],
)
def test_what_is_not_there_to_be_read_is_named(owner, sentence):
    with pytest.raises(MissingError) as refusal:
        tools.read(owner, "b", "Thing")
    assert str(refusal.value) == sentence


def test_a_parameter_is_put_in_place_so_that_other_names_see_it():
    layer = Layer(3)
    alias = layer.W
    tools.put(layer, "W", np.full((2, 3), 7.0), "Layer")
    assert alias.tolist() == [[7, 7, 7], [7, 7, 7]]


@pytest.mark.parametrize("owner", [{"W": [1, 2]}, types.SimpleNamespace(W=[1, 2])])
def test_a_parameter_that_is_no_array_is_replaced(owner):
    tools.put(owner, "W", np.array([3.0, 4.0]), "Layer")
    assert np.array_equal(tools.read(owner, "W", "Layer"), [3.0, 4.0])


def test_a_parameter_of_another_shape_is_refused():
    with pytest.raises(WrongShapeError) as refusal:
        tools.put(Layer(3), "W", np.zeros((3, 2)), "Layer")
    assert str(refusal.value) == (
        "Layer: W has shape (2, 3), but must have shape (3, 2)."
    )


def test_an_array_is_copied_and_its_shape_compared():
    value = np.arange(3.0)
    got = tools.array(value, "db", (3,))
    value[:] = 0
    assert got.tolist() == [0, 1, 2]
    with pytest.raises(WrongShapeError) as refusal:
        tools.array(value, "db", (3, 1))
    assert str(refusal.value) == "db has shape (3,), but must have shape (3, 1)."


def test_a_number_must_be_one_number():
    assert tools.number([2.5], "The cost").shape == ()
    with pytest.raises(BadOutputError, match="The cost is an array of shape"):
        tools.number(np.ones(2), "The cost")


def test_seeding_repeats_both_kinds_of_random_numbers():
    tools.seed(5)
    first = random.random(), np.random.rand()  # noqa: NPY002 - students' way
    tools.seed(5)
    again = random.random(), np.random.rand()  # noqa: NPY002 - students' way
    assert first == again


def test_an_unknown_phase_is_a_mistake_of_the_binding():
    with pytest.raises(ValueError, match="'sideways' is not a valid Phase"):
        tools.phase("sideways")


def test_a_phase_outside_of_any_call_is_told_to_nobody(monkeypatch):
    monkeypatch.setattr(tools._Stage, "progress", None)
    tools.phase("forward")
    assert tools._Stage.phase is Phase.FORWARD
