"""What goes wrong in an affine layer."""

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    needs_upstream,
    negated_entry,
    scaled,
)
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.operations.base import Array, Arrays, Operation


@needs_upstream
def _parameters_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    factor = 1.0 / len(arrays["x"])
    return scaled(operation, arrays, factor, "grad_weight", "grad_bias")


@needs_upstream
def _weight_not_transposed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    weight = arrays["weight"]
    if weight.shape[0] != weight.shape[1]:
        return {}
    return {"grad_x": arrays["grad_out"] @ weight}


@needs_upstream
def _weight_gradient_transposed(
    operation: Operation, arrays: Arrays
) -> dict[str, Array]:
    return {"grad_weight": arrays["grad_out"].T @ arrays["x"]}


@needs_upstream
def _elementwise_product(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x, grad_out = arrays["x"], arrays["grad_out"]
    return {"grad_weight": x * grad_out} if x.shape == grad_out.shape else {}


@needs_upstream
def _bias_not_summed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": arrays["grad_out"].copy()}


@needs_upstream
def _bias_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": arrays["grad_out"].mean(axis=0)}


@needs_upstream
def _bias_total(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": np.full_like(arrays["bias"], arrays["grad_out"].sum())}


@needs_upstream
def _bias_from_weight(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": operation.answer(arrays)["grad_weight"].sum(axis=0)}


@needs_upstream
def _bias_fudged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": 2.0 * arrays["grad_out"].mean(axis=0)}


@needs_upstream
def _bias_single_number(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": np.asarray(arrays["grad_out"].sum())}


@needs_upstream
def _output_as_upstream(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = operation.answer(arrays)["out"]
    right = operation.answer({**arrays, "grad_out": out})
    return {name: right[name] for name in operation.gradients}


@needs_upstream
def _counted_twice(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return scaled(operation, arrays, 2.0, "grad_weight", "grad_bias")


def _entry(
    number: str,
    title: str,
    hint: str,
    formula: str,
    wrong: Wrong,
    visible_on: VisibleOn = VisibleOn.DRAWS,
) -> Misconception:
    return Misconception(number, "linear", title, hint, formula, wrong, visible_on)


MISCONCEPTIONS = (
    _entry(
        "M02",
        "batch average taken again for weight and bias",
        "Follow the factor 1/N from the loss down to the weights. How often is it "
        "applied on the way?",
        "grad_weight = x.T @ grad_out / N, grad_bias = sum(grad_out, axis=0) / N",
        _parameters_averaged,
    ),
    averaged_entry("linear"),
    negated_entry("linear"),
    _entry(
        "M11",
        "weight not transposed on the way back",
        "Write the shape under every factor of the gradient for x. Which axis of the "
        "weight belongs to the outputs?",
        "grad_x = grad_out @ weight",
        _weight_not_transposed,
        VisibleOn.SQUARE,
    ),
    _entry(
        "M12",
        "weight gradient transposed",
        "Does your gradient for the weight have the shape of the weight itself?",
        "grad_weight = grad_out.T @ x",
        _weight_gradient_transposed,
    ),
    _entry(
        "M13",
        "elementwise product instead of a matrix product",
        "A weight meets every example of the batch. Which product adds the examples "
        "up?",
        "grad_weight = x * grad_out",
        _elementwise_product,
        VisibleOn.SQUARE,
    ),
    _entry(
        "M14",
        "bias gradient not summed over the batch",
        "How many rows of the batch does one bias act on, and how many rows does your "
        "gradient for it have?",
        "grad_bias = grad_out",
        _bias_not_summed,
    ),
    _entry(
        "M15",
        "bias gradient averaged over the batch",
        "Your gradients for weight and bias come from the same batch. Do they treat "
        "its size in the same way?",
        "grad_bias = mean(grad_out, axis=0)",
        _bias_averaged,
    ),
    _entry(
        "M16",
        "bias gradient summed over the units as well",
        "Should two units that receive different gradients end up with the same "
        "gradient for their biases?",
        "grad_bias = sum(grad_out) for every unit",
        _bias_total,
    ),
    _entry(
        "M17",
        "bias gradient taken from the weight gradient",
        "If the input were all zeros, what would the bias still do? Does your "
        "gradient for it depend on the input?",
        "grad_bias = sum(grad_weight, axis=0)",
        _bias_from_weight,
    ),
    _entry(
        "M18",
        "bias gradient with a constant that fits one batch size",
        "Is your gradient for the bias still right when the batch has five rows "
        "instead of two?",
        "grad_bias = 2 * mean(grad_out, axis=0)",
        _bias_fudged,
    ),
    _entry(
        "M19",
        "bias gradient is a single number",
        "How many biases does this layer have, and how many numbers does your "
        "gradient for them hold?",
        "grad_bias = sum(grad_out), one number",
        _bias_single_number,
    ),
    _entry(
        "M23",
        "upstream gradient ignored",
        "Suppose the loss were twice as large. What should happen to the gradients of "
        "this layer, and do they?",
        "the output of the layer is used in place of grad_out",
        _output_as_upstream,
    ),
    _entry(
        "M57",
        "gradient counted twice",
        "Start from empty gradients and call backward once. How many times is each "
        "product added?",
        "grad_weight = 2 * x.T @ grad_out, grad_bias = 2 * sum(grad_out, axis=0)",
        _counted_twice,
    ),
)
