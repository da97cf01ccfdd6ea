"""Each family of the built-in binding, on small student sources."""

from typing import Any, ClassVar

import numpy as np
import pytest

from grader.contract.messages import Phase
from tests.worker.runner.bindings.asking import LINEAR, Answer, ask
from worker.runner.bindings import built_in
from worker.runner.faults import BadOutputError, MissingError, WrongShapeError

BINDING = built_in("layer_classes")
RNG = np.random.default_rng(8)
X, WEIGHT, BIAS, GRAD = (
    RNG.normal(size=shape) for shape in ((4, 5), (5, 7), (7,), (4, 7))
)
ARRAYS = {"x": X, "weight": WEIGHT, "bias": BIAS, "grad_out": GRAD}


def layer(source: str, arrays: dict[str, np.ndarray] | None = None) -> Answer:
    return ask(
        BINDING,
        source,
        ARRAYS if arrays is None else arrays,
        family="layer",
        component="Linear",
        construct=[5, 7],
        parameters=["weight", "bias"],
    )


class TestLayer:
    def test_a_right_layer_gives_every_quantity(self) -> None:
        got = layer(LINEAR)
        assert got.error is None
        np.testing.assert_allclose(got.arrays["out"], X @ WEIGHT + BIAS)
        np.testing.assert_allclose(got.arrays["grad_x"], GRAD @ WEIGHT.T)
        np.testing.assert_allclose(got.arrays["grad_weight"], X.T @ GRAD)
        np.testing.assert_allclose(got.arrays["grad_bias"], GRAD.sum(axis=0))
        assert got.phases == [Phase.CONSTRUCT, Phase.FORWARD, Phase.BACKWARD]

    def test_without_a_gradient_only_forward_runs(self) -> None:
        got = layer(LINEAR, {k: v for k, v in ARRAYS.items() if k != "grad_out"})
        assert list(got.arrays) == ["out"]
        assert got.phases[-1] is Phase.FORWARD

    def test_a_layer_without_parameters_needs_no_dicts(self) -> None:
        source = (
            "class Twice:\n"
            "    def forward(self, x): return 2 * x\n"
            "    def backward(self, g): return 2 * g\n"
        )
        arrays = {"x": X, "grad_out": X}
        got = ask(BINDING, source, arrays, family="layer", component="Twice")
        np.testing.assert_array_equal(got.arrays["grad_x"], 2 * X)

    def test_an_attribute_of_another_dtype_is_no_second_parameter(self) -> None:
        source = LINEAR.replace("np.zeros((n, m))", "np.zeros((n, m), np.float32)")
        np.testing.assert_array_equal(layer(source).arrays["out"], X @ WEIGHT + BIAS)

    def test_another_dtype_is_replaced_by_what_is_set(self) -> None:
        source = LINEAR.replace("np.zeros(m)", "np.zeros(m, np.float32)")
        np.testing.assert_array_equal(layer(source).arrays["out"], X @ WEIGHT + BIAS)

    def test_a_broken_backward_does_not_cost_the_forward(self) -> None:
        got = layer(LINEAR.replace("grad_out.sum(axis=0)", "1 / 0"))
        assert list(got.arrays) == ["out"]
        assert isinstance(got.error, ZeroDivisionError)
        assert got.phases[-1] is Phase.BACKWARD

    def test_each_gradient_counts_alone(self) -> None:
        source = LINEAR.replace("return grad_out @", "grad_out @")
        got = layer(source)
        assert sorted(got.arrays) == ["grad_bias", "grad_weight", "out"]
        assert isinstance(got.error, BadOutputError)
        assert "Linear.backward returned None" in got.sentence

    def test_the_forward_result_is_taken_before_backward_runs(self) -> None:
        source = LINEAR.replace("return x @", "self.out = x @")
        source = source.replace(
            "    def backward(self, grad_out):",
            "        return self.out\n\n"
            "    def backward(self, grad_out):\n        self.out[...] = 0",
        )
        np.testing.assert_allclose(layer(source).arrays["out"], X @ WEIGHT + BIAS)

    @pytest.mark.parametrize(
        ("old", "new", "kind", "sentence"),
        [
            ("class Linear", "class linear", MissingError, "Did you mean linear?"),
            ("self.params", "self.par", MissingError, "has no attribute params"),
            ('"weight": self', '"W": self', MissingError, "it holds 'W', 'bias'"),
            ("def forward", "def fwd", MissingError, "Linear has no method forward."),
            ("def backward", "def bwd", MissingError, "Linear has no method backward."),
            ("np.zeros(m)", "None", WrongShapeError, "is None after the constructor"),
            (
                "np.zeros((n, m))",
                "np.zeros((m, n))",
                WrongShapeError,
                "Linear.params['weight'] has shape (7, 5); expected (5, 7).",
            ),
            ("self.grads = {}", "self.grads = []", TypeError, "list indices"),
            ('grads["bias"] =', 'grads["b"] =', MissingError, "it holds 'weight', 'b'"),
            (
                "grad_out.sum(axis=0)",
                "None",
                BadOutputError,
                "Linear.grads['bias'] is None; expected an array.",
            ),
            ("return x", "x", BadOutputError, "Linear.forward returned None"),
        ],
    )
    def test_what_is_missing_or_misshapen_gets_a_sentence(
        self, old: str, new: str, kind: type[BaseException], sentence: str
    ) -> None:
        assert old in LINEAR
        got = layer(LINEAR.replace(old, new))
        assert type(got.error) is kind
        assert sentence in got.sentence

    def test_an_empty_file_says_that_it_is_empty(self) -> None:
        assert "Your file has: no classes or functions." in layer("").sentence


LOSS = """
import numpy as np
class Half:
    def forward(self, logits, labels):
        self.d = logits - labels
        return 0.5 * np.sum(self.d ** 2)
    def backward(self):
        return self.d
"""


class TestLoss:
    options: ClassVar[dict[str, Any]] = {
        "family": "loss",
        "component": "Half",
        "inputs": ["logits", "labels"],
        "gradients": ["grad_logits"],
    }
    arrays: ClassVar = {"logits": X, "labels": X + 1.0}

    def test_the_loss_and_its_gradient_come_back(self) -> None:
        got = ask(BINDING, LOSS, self.arrays, **self.options)
        assert got.arrays["loss"].shape == ()
        assert float(got.arrays["loss"]) == pytest.approx(10.0)
        np.testing.assert_allclose(got.arrays["grad_logits"], -np.ones_like(X))

    def test_backward_can_be_left_out(self) -> None:
        got = ask(BINDING, LOSS, self.arrays, forward_only=True, **self.options)
        assert list(got.arrays) == ["loss"]

    def test_a_loss_must_be_one_number(self) -> None:
        source = LOSS.replace("0.5 * np.sum(self.d ** 2)", "self.d")
        got = ask(BINDING, source, self.arrays, **self.options)
        assert "Half.forward returned an array of shape (4, 5)" in got.sentence


SGD = """
class SGD:
    def __init__(self, layers, lr):
        self.layers, self.lr = layers, lr
    def step(self):
        for layer in self.layers:
            for name in layer.params:
                layer.params[name] = layer.params[name] - self.lr * layer.grads[name]
"""


class TestOptimizer:
    def arrays(self) -> dict[str, np.ndarray]:
        return {
            "weight": WEIGHT.copy(),
            "bias": BIAS.copy(),
            "grad_weight": RNG.normal(size=(6, 5, 7)),
            "grad_bias": RNG.normal(size=(6, 7)),
        }

    def ask(self, source: str, arrays: dict[str, np.ndarray]) -> Answer:
        return ask(
            BINDING,
            source,
            arrays,
            family="optimizer",
            component="SGD",
            construct=[0.1],
            layers=[["weight"], ["bias"]],
        )

    def test_every_step_is_recorded(self) -> None:
        arrays = self.arrays()
        got = self.ask(SGD, arrays)
        for name, start in (("weight", WEIGHT), ("bias", BIAS)):
            expected = start - 0.1 * np.cumsum(arrays[f"grad_{name}"], axis=0)
            np.testing.assert_allclose(got.arrays[name], expected)

    def test_updates_in_place_are_recorded_as_well(self) -> None:
        source = SGD.replace(
            "layer.params[name] = layer.params[name] - self.lr * layer.grads[name]",
            "layer.params[name] -= self.lr * layer.grads[name]",
        )
        one, two = self.ask(SGD, a := self.arrays()), self.ask(source, a)
        np.testing.assert_array_equal(one.arrays["weight"], two.arrays["weight"])

    def test_a_parameter_that_changes_its_shape_gets_a_sentence(self) -> None:
        got = self.ask(SGD.replace("layer.params[name] -", "0 * "), self.arrays())
        assert got.error is None
        source = SGD.replace("layer.params[name] - self", "1.0; self")
        got = self.ask(source, self.arrays())
        assert isinstance(got.error, WrongShapeError)
        assert "after step 1 of SGD, params['weight'] is of shape ()" in got.sentence

    def test_an_optimizer_without_step_gets_a_sentence(self) -> None:
        got = self.ask(SGD.replace("def step", "def go"), self.arrays())
        assert got.sentence == "SGD has no method step."


TRAIN = """
def train(layers, loss, optimizer, X, y, batches):
    losses = []
    for batch in batches:
        out = X[batch]
        for layer in layers:
            out = layer.forward(out)
        losses.append(loss.forward(out, y[batch]))
        grad = loss.backward()
        for layer in reversed(layers):
            grad = layer.backward(grad)
        optimizer.step()
    return losses
"""
NETWORK = LINEAR.replace("self.weight.T", "self.params['weight'].T").replace(
    "x @ self.weight", "x @ self.params['weight']"
)
TARGET_LOSS = LOSS.replace("logits - labels", "logits - labels[:, None]")


class TestTrain:
    options: ClassVar[dict[str, Any]] = {
        "family": "train",
        "function": "train",
        "loss": "Half",
        "optimizer": {"component": "SGD", "construct": [0.01]},
        "layers": [
            {
                "component": "Linear",
                "construct": [5, 7],
                "params": {"weight": "weight_0", "bias": "bias_0"},
            },
            {
                "component": "Linear",
                "construct": [7, 2],
                "params": {"weight": "weight_1", "bias": "bias_1"},
            },
        ],
    }
    arrays: ClassVar = {
        "X": RNG.normal(size=(5, 5)),
        "y": np.array([0, 1, 0, 1, 1]),
        "batches": np.array([[0, 1], [2, 3], [4, -1]]),
        "weight_0": WEIGHT,
        "bias_0": BIAS,
        "weight_1": RNG.normal(size=(7, 2)),
        "bias_1": RNG.normal(size=2),
    }

    def ask(self, source: str, **more: Any) -> Answer:
        arrays = {name: array.copy() for name, array in self.arrays.items()}
        return ask(BINDING, source, arrays, **{**self.options, **more})

    def test_the_students_loop_gives_losses_and_weights(self) -> None:
        got = self.ask(NETWORK + TARGET_LOSS + SGD + TRAIN)
        assert got.error is None
        assert got.arrays["losses"].shape == (3,)
        assert got.arrays["losses"].dtype == np.float64
        assert not np.array_equal(got.arrays["weight_0"], WEIGHT)
        assert set(got.arrays) == {
            "losses",
            "weight_0",
            "bias_0",
            "weight_1",
            "bias_1",
        }

    def test_a_short_batch_has_no_filling(self) -> None:
        source = "def train(layers, loss, optimizer, X, y, batches):\n"
        source += "    return [len(b) for b in batches]\n"
        got = self.ask(NETWORK + TARGET_LOSS + SGD + source)
        assert got.arrays["losses"].tolist() == [2, 2, 1]

    def test_a_missing_function_gets_a_sentence(self) -> None:
        got = self.ask(NETWORK + TARGET_LOSS + SGD)
        assert got.sentence.startswith("train was not found.")

    def test_a_loop_that_returns_nothing_gets_a_sentence(self) -> None:
        source = TRAIN.replace("return losses", "pass")
        got = self.ask(NETWORK + TARGET_LOSS + SGD + source)
        assert "train returned None" in got.sentence


class TestInterface:
    def test_what_is_there_and_what_is_missing_is_noted(self) -> None:
        got = ask(
            BINDING,
            LINEAR + TRAIN,
            family="interface",
            components=[
                {"component": "Linear", "family": "layer", "methods": ["forward"]},
                {"component": "Linear2", "family": "layer", "methods": []},
            ],
            functions=["train", "test"],
        )
        assert got.notes == {
            "Linear": "present",
            "Linear2": "missing",
            "train": "present",
            "test": "missing",
            "found": "Linear, train",
        }
        assert got.arrays == {}

    def test_a_missing_method_is_named(self) -> None:
        wanted = {"component": "Linear", "methods": ["forward", "step"]}
        got = ask(BINDING, LINEAR, family="interface", components=[wanted])
        assert got.notes["Linear"] == "no method step"


def test_an_unknown_family_is_the_assignments_mistake() -> None:
    assert isinstance(ask(BINDING, "", family="tree").error, LookupError)


def test_an_unknown_binding_is_the_assignments_mistake() -> None:
    with pytest.raises(LookupError):
        built_in("trees")
