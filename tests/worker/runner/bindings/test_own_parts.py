"""Functions of a binding.py pass for objects: they wait before backward."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.worker.runner.bindings.asking import Answer, ask
from worker.runner.bindings import foreign
from worker.runner.faults import BindingMistakeError

BINDING = """
from binding_tools import layer_classes, phase, unpack

def linear(student, x, weight, bias, grad_out=None):
    phase("forward")
    out, cache = unpack(student.affine(x, weight, bias), "out, cache", "affine")
    yield {"out": out}
    if grad_out is not None:
        dx, dw, db = student.affine_back(grad_out, cache)
        yield {"grad_x": dx, "grad_weight": dw, "grad_bias": db}

tanh = layer_classes

def mean_squared_error(student, predictions, targets):
    return {"loss": ((predictions - targets) ** 2).sum(),
            "grad_predictions": 2 * (predictions - targets)}
"""
STUDENT = """
import numpy as np

def affine(x, w, b):
    return x @ w + b, (x, w)

def affine_back(d, cache):
    x, w = cache
    return d @ w.T, x.T @ d, d.sum(axis=0)

class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, d):
        return d * (1 - self.out**2)
"""
RNG = np.random.default_rng(3)
ARRAYS = {
    f"{which}.{name}": RNG.normal(size=shape)
    for which in ("one", "two")
    for name, shape in {
        "x": (4, 3),
        "weight": (3, 2),
        "bias": (2,),
        "grad_out": (4, 2),
    }.items()
}
LINEAR = {
    "family": "layer",
    "component": "affine",
    "parameters": ["weight", "bias"],
    "inputs": ["x"],
    "outputs": ["out"],
    "upstreams": ["grad_out"],
    "gradients": ["grad_x", "grad_weight", "grad_bias"],
}


def stepped(binding: str, *steps: list[object], source: str = STUDENT) -> Answer:
    made = foreign.load(binding.encode())
    return ask(made, source, dict(ARRAYS), steps=list(steps), **LINEAR)


TURNS = (
    ["create", "a", "one"],
    ["create", "b", "two"],
    ["forward", "a", "one", "fa"],
    ["forward", "b", "two", "fb"],
    ["backward", "a", "one", "ba"],
    ["take", "ba", "a"],
    ["take", "fa", "a"],
)


def test_backward_of_the_first_uses_what_the_first_saw() -> None:
    got = stepped(BINDING, *TURNS)

    assert got.error is None
    expected = ARRAYS["one.x"].T @ ARRAYS["one.grad_out"]
    np.testing.assert_allclose(got.arrays["a.grad_weight"], expected)
    out = ARRAYS["one.x"] @ ARRAYS["one.weight"] + ARRAYS["one.bias"]
    np.testing.assert_allclose(got.arrays["a.out"], out)


def test_what_a_function_shares_with_another_use_of_it_is_seen() -> None:
    source = STUDENT.replace("(x, w)\n", "seen.update(x=x, w=w) or seen\n").replace(
        "x, w = cache", "x, w = seen['x'], seen['w']"
    )

    got = stepped(BINDING, *TURNS, source=f"{source}\nseen = {{}}\n")

    expected = ARRAYS["two.x"].T @ ARRAYS["one.grad_out"]
    np.testing.assert_allclose(got.arrays["a.grad_weight"], expected)


def test_an_upstream_gradient_that_is_written_into_is_given_as_it_is_then() -> None:
    source = STUDENT.replace("    x, w = cache\n", "    x, w = cache\n    d *= 2\n")

    got = stepped(BINDING, *TURNS, ["given", "ba", "after"], source=source)

    after = got.arrays["after.grad_out"]
    np.testing.assert_array_equal(after, 2 * ARRAYS["one.grad_out"])


def test_work_that_is_timed_goes_on_without_a_report_for_each_turn() -> None:
    repeat = ["repeat", "a", "one", 50, ["forward", "backward"]]

    got = stepped(BINDING, ["create", "a", "one"], repeat)

    assert got.error is None
    assert len(got.phases) < 5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda text: text.replace(
                "    phase(", "    early = -grad_out\n    phase("
            ).replace("affine_back(grad_out", "affine_back(-early"),
            "linear reads grad_out before it has yielded its outputs",
        ),
        (
            lambda text: text.replace(
                'yield {"out": out}', 'first = {"out": out}'
            ).replace('yield {"grad_x"', 'yield {**first, "grad_x"'),
            "linear gives gradients together with its outputs",
        ),
        (lambda text: text.replace('{"out": out}', "{}"), "linear gave no out"),
        (
            lambda text: text.replace(', "grad_bias": db', ""),
            "linear gave no grad_bias",
        ),
        (
            lambda text: text.replace('yield {"grad_x"', 'yield [dx]; yield {"grad_x"'),
            "linear gave a list; expected a dict of arrays",
        ),
    ],
)
def test_a_function_that_cannot_wait_is_the_assignments_mistake(
    change: Callable[[str], str], reason: str
) -> None:
    binding = change(BINDING)
    assert binding != BINDING

    got = stepped(binding, *TURNS)

    assert isinstance(got.error, BindingMistakeError)
    assert reason in got.sentence


def test_gradients_that_are_nan_by_the_students_own_doing_are_no_mistake_of_ours() -> (
    None
):
    source = STUDENT.replace("d.sum(axis=0)", "d.sum(axis=0) * np.nan")

    got = stepped(BINDING, *TURNS, source=source)

    assert got.error is None
    assert np.isnan(got.arrays["a.grad_bias"]).all()


def network(source: str = STUDENT, binding: str = BINDING) -> Answer:
    tanh = {
        "family": "layer",
        "component": "Tanh",
        "operation": "tanh",
        "construct": [],
        "parameters": [],
        "states": [],
        "read_states": [],
    }
    loss = {
        "family": "loss",
        "component": "mse",
        "operation": "mean_squared_error",
        "construct": [],
        "inputs": ["predictions", "targets"],
        "gradients": ["grad_predictions"],
        "parameters": [],
    }
    linear = {**LINEAR, "operation": "linear", "states": [], "read_states": []}
    arrays = {
        "1.weight": ARRAYS["one.weight"],
        "1.bias": ARRAYS["one.bias"],
        "3.weight": ARRAYS["two.weight"].T,
        "3.bias": ARRAYS["one.x"][0],
        "0.x": ARRAYS["one.x"],
        "0.targets": ARRAYS["two.x"],
    }
    layers = [
        {**linear, "upstream_shape": [4, 2]},
        tanh,
        {**linear, "upstream_shape": [4, 3]},
    ]
    options = {
        "family": "network",
        "passes": 1,
        "layers": layers,
        "loss": "mse",
        "loss_spec": loss,
    }
    made = foreign.load(binding.encode())
    return ask(made, source, arrays, action="network", **options)


def test_functions_and_classes_together_are_one_network() -> None:
    got = network()

    assert got.error is None, got.sentence
    x, hidden = ARRAYS["one.x"], got.arrays["0.2.out"]
    upstream = 2 * (got.arrays["0.3.out"] - ARRAYS["two.x"])
    np.testing.assert_allclose(got.arrays["0.loss.grad"], upstream)
    np.testing.assert_allclose(got.arrays["0.3.grad_weight"], hidden.T @ upstream)
    back = (upstream @ ARRAYS["two.weight"]) * (1 - hidden**2)
    np.testing.assert_allclose(got.arrays["0.1.grad_weight"], x.T @ back)


def test_what_comes_back_in_another_shape_is_said_to_the_student() -> None:
    got = network(STUDENT.replace("d * (1 - self.out**2)", "d[:2]"))

    assert got.sentence == (
        "what comes back to affine has shape (2, 2); expected (4, 2)."
    )


def test_a_part_without_a_function_is_the_assignments_mistake() -> None:
    got = network(binding=BINDING.replace("tanh = layer_classes", ""))

    assert isinstance(got.error, BindingMistakeError)
    assert got.sentence == "binding.py has no function tanh"


def test_the_stand_in_for_a_function_is_not_to_be_called() -> None:
    binding = BINDING.replace(
        "tanh = layer_classes", "def tanh(student, x):\n    return layer_classes(x)"
    )

    got = ask(foreign.load(binding.encode()), STUDENT, {"x": np.ones(2)}, "tanh")

    assert isinstance(got.error, BindingMistakeError)
    assert "write linear = layer_classes" in got.sentence
