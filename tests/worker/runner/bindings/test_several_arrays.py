"""Layers with several inputs, outputs and states, functions, and initialisers."""

from typing import Any

import numpy as np
import pytest

from tests.worker.runner.bindings.asking import Answer, ask
from worker.runner.bindings import built_in

BINDING = built_in("layer_classes")
X = np.arange(6.0).reshape(2, 3)
H = X + 10.0

CELL = """
import numpy as np
class Cell:
    def __init__(self):
        self.params = {"weight": np.zeros((2, 3))}
        self.grads = {}
    def forward(self, x, h):
        self.kept = x, h
        return x + h, x - h
    def backward(self, grad_sum, grad_difference):
        self.grads = {"weight": grad_sum * 7.0}
        return grad_sum + grad_difference, grad_sum - grad_difference
"""


def cell(source: str = CELL, **options: Any) -> Answer:
    arrays = {"x": X, "h": H, "weight": X, "grad_sum": X + 1.0, "grad_diff": X * 3.0}
    settings = {
        "family": "layer",
        "component": "Cell",
        "parameters": ["weight"],
        "inputs": ["x", "h"],
        "outputs": ["sum", "diff"],
        "upstreams": ["grad_sum", "grad_diff"],
        "gradients": ["grad_x", "grad_h", "grad_weight"],
    }
    return ask(BINDING, source, arrays, **{**settings, **options})


class TestSeveralInputsAndOutputs:
    def test_outputs_and_gradients_come_back_under_their_names(self) -> None:
        got = cell().arrays
        np.testing.assert_array_equal(got["sum"], X + H)
        np.testing.assert_array_equal(got["diff"], X - H)
        np.testing.assert_array_equal(got["grad_x"], X + 1.0 + X * 3.0)
        np.testing.assert_array_equal(got["grad_h"], X + 1.0 - X * 3.0)
        np.testing.assert_array_equal(got["grad_weight"], (X + 1.0) * 7.0)

    def test_without_upstream_gradients_backward_is_not_called(self) -> None:
        assert list(cell(upstreams=[]).arrays) == ["sum", "diff"]

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            (
                "return x + h, x - h",
                "return x + h",
                "Cell.forward returned one value; expected a tuple of 2: sum, diff.",
            ),
            (
                "return x + h, x - h",
                "return x, h, x",
                "Cell.forward returned 3 values; expected a tuple of 2: sum, diff.",
            ),
            (
                "return x + h, x - h",
                "return x + h, None",
                "value 2 from Cell.forward is None; expected an array.",
            ),
            (
                "return grad_sum + grad_difference, grad_sum - grad_difference",
                "return grad_sum",
                "Cell.backward returned one value; expected a tuple of 2: "
                "grad_x, grad_h.",
            ),
        ],
    )
    def test_another_number_of_values_gets_a_sentence(
        self, old: str, new: str, sentence: str
    ) -> None:
        assert cell(CELL.replace(old, new)).sentence == sentence

    def test_what_can_be_read_is_kept_when_another_value_cannot(self) -> None:
        got = cell(CELL.replace("return x + h, x - h", "return x + h, None"))
        assert list(got.arrays) == ["sum"]


NORM = """
class Norm:
    def __init__(self):
        self.params, self.grads = {}, {}
        self.running = None
    def forward(self, x):
        self.running = 0.5 * self.running + 0.5 * x.mean(axis=0)
        return x - self.running
    def backward(self, grad_out):
        return grad_out
"""


class TestStates:
    def ask(self, source: str) -> Answer:
        arrays = {"x": X, "running": np.array([1.0, 2.0, 3.0]), "grad_out": X}
        return ask(
            BINDING,
            source,
            arrays,
            family="layer",
            component="Norm",
            states=["running"],
            inputs=["x"],
            outputs=["out", "running"],
            upstreams=["grad_out"],
            gradients=["grad_x"],
        )

    def test_a_state_is_set_before_forward_and_read_after_it(self) -> None:
        got = self.ask(NORM).arrays
        np.testing.assert_array_equal(got["running"], [1.25, 2.25, 3.25])
        np.testing.assert_array_equal(got["out"], X - [1.25, 2.25, 3.25])

    def test_a_state_that_disappeared_gets_a_sentence(self) -> None:
        source = NORM.replace("return x - self.running", "del self.running; return x")
        got = self.ask(source)
        assert got.sentence == "Norm has no attribute running after forward."
        assert list(got.arrays) == ["out"]


class TestFunction:
    source = (
        "def clip(a, b, most):\n    return a.clip(-most, most), b.clip(-most, most)"
    )
    options = {  # noqa: RUF012 - a test's constant
        "family": "function",
        "component": "clip",
        "inputs": ["a", "b"],
        "outputs": ["clipped_a", "clipped_b"],
        "construct": [2.0],
    }

    def test_results_come_back_under_their_names(self) -> None:
        got = ask(BINDING, self.source, {"a": X, "b": -H}, **self.options).arrays
        np.testing.assert_array_equal(got["clipped_a"], X.clip(-2, 2))
        np.testing.assert_array_equal(got["clipped_b"], np.full((2, 3), -2.0))

    def test_one_result_for_two_gets_a_sentence(self) -> None:
        source = "def clip(a, b, most):\n    return a"
        got = ask(BINDING, source, {"a": X, "b": H}, **self.options)
        assert got.sentence == (
            "clip returned one value; expected a tuple of 2: clipped_a, clipped_b."
        )


def test_an_initialiser_gets_a_tuple_of_plain_integers() -> None:
    source = """
import numpy as np
def draw(shape, scale):
    assert type(shape) is tuple and all(type(n) is int for n in shape)
    return np.full(shape, scale)
"""
    arrays = {"shape": np.array([3, 5])}
    options = {"family": "initializer", "component": "draw", "construct": [0.5]}
    got = ask(BINDING, source, arrays, **options)
    np.testing.assert_array_equal(got.arrays["weight"], np.full((3, 5), 0.5))
