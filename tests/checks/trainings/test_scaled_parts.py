"""Reference parts that hand on what a course's parts hand on."""

import numpy as np
import pytest

from grader.checks.component import Component
from grader.checks.presentation import scales
from grader.checks.presentation.arrangement import Arrangement
from grader.checks.trainings import scaled_parts


def component(operation: str, **scale: str) -> Component:
    parsed = {name: scales.parse(text) for name, text in scale.items()}
    return Component("Part", operation, arrangement=Arrangement({}, parsed))


@pytest.mark.parametrize(
    "scale",
    [
        {"grad_weight": "1/N", "grad_bias": "-1/N"},
        {"grad_out": "-1", "grad_x": "-2*M", "grad_weight": "1/D"},
        {"x": "3", "out": "-1/2"},
        {"weight": "2", "grad_weight": "1/N"},
    ],
)
def test_a_layer_in_steps_gives_what_its_operation_answers_at_once(
    scale: dict[str, str],
) -> None:
    part = component("linear", **scale)
    operation = part.reference()
    arrays = operation.draw(np.random.default_rng(4))
    expected = operation.answer(arrays)

    layer = scaled_parts.layer(part, {n: arrays[n].copy() for n in ("weight", "bias")})
    out = layer.forward(arrays["x"])
    grad_x = layer.backward(arrays["grad_out"])

    np.testing.assert_allclose(out, expected["out"], rtol=1e-13)
    np.testing.assert_allclose(grad_x, expected["grad_x"], rtol=1e-13)
    for name in ("weight", "bias"):
        right = expected[f"grad_{name}"]
        np.testing.assert_allclose(layer.grads[name], right, rtol=1e-13)


def test_parameters_that_an_optimizer_replaces_are_used_from_then_on() -> None:
    part = component("linear", grad_weight="1/N")
    arrays = part.reference().draw(np.random.default_rng(5))
    layer = scaled_parts.layer(part, {n: arrays[n].copy() for n in ("weight", "bias")})

    layer.params["bias"] = arrays["bias"] + 1
    moved = layer.forward(arrays["x"])
    layer.params = {"weight": arrays["weight"], "bias": arrays["bias"]}

    np.testing.assert_allclose(moved - layer.forward(arrays["x"]), 1, rtol=1e-12)


def test_a_loss_in_steps_gives_what_its_operation_answers_at_once() -> None:
    part = component("softmax_cross_entropy", grad_logits="N", loss="2")
    operation = part.reference()
    arrays = operation.draw(np.random.default_rng(6))
    expected = operation.answer(arrays)

    loss = scaled_parts.loss(part)
    value = loss.forward(arrays["logits"], arrays["labels"])

    assert value == pytest.approx(float(expected["loss"]), rel=1e-14)
    np.testing.assert_allclose(loss.backward(), expected["grad_logits"], rtol=1e-13)
