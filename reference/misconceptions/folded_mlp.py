"""What goes wrong in a multilayer perceptron whose weights hold their biases."""

from functools import partial

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
    parameters_averaged_entry,
    parameters_doubled_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.misconceptions.folded_layers import (
    Layer,
    Slope,
    activated,
    backward,
    bias_column,
    deltas,
    layers_of,
    right_slope,
    slope_at,
    with_column,
)
from reference.operations import create
from reference.operations.base import Array, Arrays, Operation

_entry = entries_of("folded_mlp")
_FORGOTTEN = "derivative of the activation forgotten"
_LIST = (
    "List every function between a weight and the loss. Does each of them appear in "
    "your delta for that weight?"
)


def _with_slope(slope: Slope, *, hidden: bool = True, output: bool = True) -> Wrong:
    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        layers, grad = layers_of(operation, arrays), arrays["grad_out"]
        answer = backward(operation, layers, grad, slope, hidden=hidden, output=output)
        return changed(operation, arrays, answer)

    return wrong


def _forgotten_after(number: int) -> Misconception:
    """Return M27 in one of several hidden layers, counted from 0."""

    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        layers = layers_of(operation, arrays)
        if len(layers) < 3:
            return {}  # the entry for all hidden layers says the same
        answer = backward(operation, layers, arrays["grad_out"], _flat, only=number)
        return changed(operation, arrays, answer)

    return _entry(
        "M27",
        f"after layer {number + 1}: {_FORGOTTEN}",
        _LIST,
        f"delta_{number + 1} without phi'(s_{number + 1})",
        wrong,
    )


def _flat(activation: str, layer: Layer) -> Array:
    return np.ones_like(layer.value)


def _of_another(activation: str, layer: Layer) -> Array:
    others = {"tanh": "sigmoid", "sigmoid": "tanh", "identity": "identity"}
    return slope_at(others[activation], layer.value)


def _activated_again(activation: str, layer: Layer) -> Array:
    return slope_at(activation, activated(activation, layer.value))


def _at_the_sums(only: str) -> Slope:
    """Return the mistake for one activation and the right slope for the others."""
    return lambda activation, layer: slope_at(
        activation, layer.sums if activation == only else layer.value
    )


def _not_squared(activation: str, layer: Layer) -> Array:
    is_tanh = activation == "tanh"
    return 1.0 - layer.value if is_tanh else right_slope(activation, layer)


@needs_upstream
def _of_the_output(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    layers = layers_of(operation, arrays)
    last = layers[-1].activation
    if last == "identity":
        return {}  # as if the derivative had been forgotten

    def slope(activation: str, layer: Layer) -> Array:
        return slope_at(last, layer.value)

    answer = backward(operation, layers, arrays["grad_out"], slope, output=False)
    return changed(operation, arrays, answer)


@needs_upstream
def _averaged_at_every_layer(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    layers, grad = layers_of(operation, arrays), arrays["grad_out"]
    answer = backward(operation, layers, grad, share=1.0 / len(arrays["x"]))
    return changed(operation, arrays, answer)


@needs_upstream
def _error_of_the_top(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    layers = layers_of(operation, arrays)
    top = arrays["grad_out"] * right_slope(layers[-1].activation, layers[-1])
    answer = {
        f"grad_weight_{number}": top.T @ layer.folded
        for number, layer in enumerate(layers)
    }
    return changed(operation, arrays, answer)


@needs_upstream
def _transposed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = operation.answer(arrays)
    return {
        f"grad_{name}": right[f"grad_{name}"].T.copy() for name in operation.parameters
    }


@needs_upstream
def _column_of_ones_kept(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    layers = layers_of(operation, arrays)
    right = operation.answer(arrays)["grad_x"]
    bottom = deltas(operation, layers, arrays["grad_out"])[0]
    place = bias_column(operation)
    return {
        "grad_x": with_column(operation, right, bottom @ layers[0].weight[:, place])
    }


@needs_upstream
def _row_of_the_constant(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    layers = layers_of(operation, arrays)
    found = deltas(operation, layers, arrays["grad_out"])
    answer = {}
    for number, layer in enumerate(layers[:-1]):
        above = layers[number + 1]
        # The constant is taken for an activated value, like the others beside it.
        slope = slope_at(layer.activation, above.folded)
        delta = (found[number + 1] @ above.weight) * slope
        answer[f"grad_weight_{number}"] = delta.T @ layer.folded
    return answer


@needs_upstream
def _other_column_dropped(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = 0 if bias_column(operation) else -1
    layers, grad = layers_of(operation, arrays), arrays["grad_out"]
    answer = backward(operation, layers, grad, dropped=other)
    return changed(operation, arrays, answer)


@needs_upstream
def _column_of_bias_lost(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right, place = operation.answer(arrays), bias_column(operation)
    return {
        f"grad_{name}": np.delete(right[f"grad_{name}"], place, axis=1)
        for name in operation.parameters
    }


def _ones_at_the_other_end(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    options = vars(operation)
    other = create(
        "folded_mlp",
        activation=options["activation"],
        output=options["output_activation"],
        bias="folded_last" if bias_column(operation) == 0 else "folded_first",
        depth=len(operation.parameters),
    )
    return other.answer(arrays)


def _constant_activated(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    layers = layers_of(operation, arrays, activated_constant=True)
    answer = {"out": layers[-1].value}
    if "grad_out" in arrays:
        answer |= backward(operation, layers, arrays["grad_out"])
    return changed(operation, arrays, answer)


def _constants() -> tuple[Misconception, ...]:
    entry = partial(
        _entry,
        "M21",
        "constant of the folded bias treated as a unit",
        "Does anything feed the unit that is always 1? Write down for every layer how "
        "many units receive a delta, and which column belongs to the bias.",
    )
    return (
        entry("grad_x has d_0 + 1 columns", _column_of_ones_kept),
        entry("delta_l has d_l + 1 entries for a hidden layer", _row_of_the_constant),
        entry("the column at the other end is dropped", _other_column_dropped),
        entry("grad_weight = delta.T @ o without the ones", _column_of_bias_lost),
        entry("the bias is in the column at the other end", _ones_at_the_other_end),
        entry("o_l = phi((1, s_l)) in a hidden layer", _constant_activated),
    )


def _forgotten() -> tuple[Misconception, ...]:
    entry = partial(_entry, "M27", _FORGOTTEN, _LIST)
    return (
        entry("delta_l without phi'(s_l)", _with_slope(_flat, output=False)),
        entry("delta_L = grad_out", _with_slope(_flat, hidden=False)),
        entry("no phi' anywhere", _with_slope(_flat)),
        _forgotten_after(0),
        _forgotten_after(1),
    )


def _derivatives() -> tuple[Misconception, ...]:
    other = partial(
        _entry,
        "M25",
        "derivative of another activation",
        "Go through the layers one by one. Which function did each of them apply, and "
        "is it the one that you differentiated there?",
    )
    tanh = partial(
        _entry,
        "M33",
        "derivative of tanh with a wrong term",
        "Work out the derivative of tanh at 1 by hand, from two values close to 1 if "
        "you like. Does your formula give that number?",
    )
    return (
        other(
            "1 - o**2 for the logistic function, o*(1 - o) for tanh",
            _with_slope(_of_another),
        ),
        other("phi' of the output layer in the hidden layers", _of_the_output),
        *_forgotten(),
        _entry(
            "M31",
            "derivative evaluated at the activated value",
            "Which number do you pass to your derivative: a sum, or something that "
            "has been through the activation already?",
            "phi'(o_l) in place of phi'(s_l)",
            _with_slope(_activated_again),
        ),
        tanh("1 - o in place of 1 - o**2", _with_slope(_not_squared)),
        tanh("1 - s**2 in place of 1 - o**2", _with_slope(_at_the_sums("tanh"))),
        _entry(
            "M32",
            "derivative formula applied to the input",
            "Your derivative is a formula in the value of the logistic function. Is "
            "that the number that you hand to it? Try a sum of 5.",
            "s*(1 - s) in place of o*(1 - o)",
            _with_slope(_at_the_sums("sigmoid")),
        ),
    )


MISCONCEPTIONS = (
    parameters_averaged_entry("folded_mlp", "every grad_weight is divided by N"),
    Misconception(
        id="M03",
        operation="folded_mlp",
        title=averaged_entry("folded_mlp").title,
        hint=(
            "Put every example into the batch twice. By which factor does the gradient "
            "of each weight change, in the last layer and in the first?"
        ),
        formula="every delta is divided by N",
        wrong=_averaged_at_every_layer,
    ),
    negated_entry("folded_mlp"),
    _entry(
        "M12",
        "weight gradient transposed",
        "Does your gradient for a weight have the shape of that weight?",
        "grad_weight_{l-1} = (1, o_{l-1}).T @ delta_l",
        _transposed,
    ),
    *_constants(),
    ignored_upstream_entry("folded_mlp", "every gradient as if grad_out were one"),
    _entry(
        "M24",
        "error of the output fed to every layer",
        "What does the first layer of your network receive on the way back? On which "
        "weights above it should that depend?",
        "grad_weight_{l-1} = delta_L.T @ (1, o_{l-1}) for every l",
        _error_of_the_top,
    ),
    *_derivatives(),
    parameters_doubled_entry("folded_mlp", "every grad_weight is twice as large"),
)
