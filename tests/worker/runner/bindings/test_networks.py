"""The family ``network``: what comes back of a network of the student's layers."""

from typing import Any

import numpy as np
import pytest

from grader.contract.messages import Array, Phase
from tests.worker.runner.bindings.asking import LINEAR, Answer, ask
from worker.runner.bindings import built_in

BINDING = built_in("layer_classes")
RNG = np.random.default_rng(11)
SQUARES = """
class Squares:
    def forward(self, p, t):
        self.d = p - t
        return (self.d ** 2).sum()
    def backward(self):
        return 2 * self.d
"""
MASKING = """
class Mask:
    def forward(self, x):
        x *= self.mask
        return x
    def backward(self, g):
        g *= self.mask
        return g
"""
WEIGHTS = {
    "1.weight": RNG.normal(size=(5, 7)),
    "1.bias": RNG.normal(size=7),
    "3.weight": RNG.normal(size=(7, 3)),
    "3.bias": RNG.normal(size=3),
}
BATCHES = {
    f"{at}.{name}": value
    for at in range(2)
    for name, value in (
        ("x", RNG.normal(size=(4, 5))),
        ("targets", RNG.normal(size=(4, 3))),
        ("2.mask", RNG.random((4, 7)) > 0.5),
    )
}


def linear(inputs: int, outputs: int) -> dict[str, Any]:
    return {
        "component": "Linear",
        "construct": [inputs, outputs],
        "parameters": ["weight", "bias"],
        "states": [],
        "read_states": [],
    }


MASK = {
    "component": "Mask",
    "construct": [],
    "parameters": [],
    "states": ["mask"],
    "read_states": ["mask"],
}


def network(source: str = LINEAR + SQUARES + MASKING) -> Answer:
    return ask(
        BINDING,
        source,
        {name: value.copy() for name, value in (WEIGHTS | BATCHES).items()},
        family="network",
        layers=[linear(5, 7), MASK, linear(7, 3)],
        loss="Squares",
        passes=2,
    )


def right(at: int) -> dict[str, Array]:
    """Return the chain written out by hand."""
    x, targets, mask = (BATCHES[f"{at}.{key}"] for key in ("x", "targets", "2.mask"))
    first = x @ WEIGHTS["1.weight"] + WEIGHTS["1.bias"]
    kept = first * mask
    out = kept @ WEIGHTS["3.weight"] + WEIGHTS["3.bias"]
    grad = 2 * (out - targets)
    back = grad @ WEIGHTS["3.weight"].T
    return {
        "1.out": first,
        "2.out": kept,
        "2.mask": mask,
        "3.out": out,
        "loss": ((out - targets) ** 2).sum(),
        "loss.grad": grad,
        "3.grad_x": back,
        "2.grad_x": back * mask,
        "1.grad_x": (back * mask) @ WEIGHTS["1.weight"].T,
        "1.grad_weight": x.T @ (back * mask),
        "1.grad_bias": (back * mask).sum(axis=0),
        "3.grad_weight": kept.T @ grad,
        "3.grad_bias": grad.sum(axis=0),
    }


def test_every_output_and_gradient_of_both_batches_comes_back() -> None:
    got = network()

    assert got.error is None
    for at in range(2):
        for name, value in right(at).items():
            np.testing.assert_allclose(got.arrays[f"{at}.{name}"], value)
    assert got.phases == [
        Phase.CONSTRUCT,
        *(Phase.FORWARD, Phase.BACKWARD, Phase.FORWARD, Phase.BACKWARD),
    ]


def test_who_wrote_into_what_it_was_given_is_told() -> None:
    arrays = network().arrays

    told = {
        name
        for name, value in arrays.items()
        if ".changed_" in name and name.startswith("0.") and value
    }
    assert told == {"0.2.changed_x", "0.2.changed_grad_out"}


def test_what_was_got_before_a_fault_is_given() -> None:
    source = (LINEAR + SQUARES + MASKING).replace("g *= self.mask", "g *= self.gone")

    got = network(source)

    assert isinstance(got.error, AttributeError)
    assert got.phases[-1] is Phase.BACKWARD
    np.testing.assert_allclose(got.arrays["0.3.grad_x"], right(0)["3.grad_x"])
    assert "0.2.grad_x" not in got.arrays
    assert "0.1.grad_weight" not in got.arrays


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'self.grads["bias"] = grad_out.sum(axis=0)',
            "pass",
            "Linear.grads has no entry 'bias'",
        ),
        ("return (self.d ** 2).sum()", "return self.d", "Squares.forward returned"),
        ("return 2 * self.d", "return None", "Squares.backward returned None"),
        ("        return x\n", "        return None\n", "Mask.forward returned None"),
        ("x *= self.mask", "x = x * self.mask; del self.mask", "no attribute mask"),
    ],
)
def test_what_is_missing_is_a_sentence(old: str, new: str, sentence: str) -> None:
    source = LINEAR + SQUARES + MASKING
    assert old in source

    got = network(source.replace(old, new))

    assert sentence in str(got.error)


def test_gradients_of_other_parameters_come_back_if_one_is_missing() -> None:
    source = (LINEAR + SQUARES + MASKING).replace(
        'self.grads["bias"] = grad_out.sum(axis=0)', "pass"
    )

    got = network(source)

    np.testing.assert_allclose(got.arrays["0.1.grad_weight"], right(0)["1.grad_weight"])
    assert "0.1.grad_bias" not in got.arrays
