"""Forward and backward of a perceptron with folded biases, with room for mistakes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference.operations.base import Array, Arrays, Operation

Slope = Callable[[str, "Layer"], Array]
"""From the name of an activation and what a layer saw to its derivative."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What forward knows of one weight.

    Parameters
    ----------
    folded
        Inputs with the constant beside them.
    """

    weight: Array
    activation: str
    folded: Array
    sums: Array
    value: Array


def activated(activation: str, sums: Array) -> Array:
    """Return the values of an activation."""
    if activation == "tanh":
        return np.tanh(sums)
    return 0.5 * (1.0 + np.tanh(0.5 * sums)) if activation == "sigmoid" else sums


def slope_at(activation: str, value: Array) -> Array:
    """Return the derivative at the point where the activation has this value."""
    if activation == "tanh":
        return 1.0 - value**2
    return value * (1.0 - value) if activation == "sigmoid" else np.ones_like(value)


def right_slope(activation: str, layer: Layer) -> Array:
    """Return the derivative of the activation in a layer."""
    return slope_at(activation, layer.value)


def bias_column(operation: Operation) -> int:
    """Return the column of the bias."""
    return 0 if vars(operation)["bias"] == "folded_first" else -1


def with_column(operation: Operation, values: Array, constant: Array | float) -> Array:
    """Return values with the constant where the bias is multiplied."""
    end = values.shape[1] if bias_column(operation) else 0
    return np.insert(values, end, constant, axis=1)


def layers_of(
    operation: Operation, arrays: Arrays, activated_constant: bool = False
) -> list[Layer]:
    """Return forward, layer by layer.

    Parameters
    ----------
    activated_constant
        Whether the constant of a hidden layer goes through its activation.
    """
    options = vars(operation)
    hidden, last = options["activation"], options["output_activation"]
    names = operation.parameters
    layers: list[Layer] = []
    value, constant = arrays["x"], 1.0
    for number, name in enumerate(names):
        is_last = number == len(names) - 1 and last != "same"
        activation = last if is_last else hidden
        folded = with_column(operation, value, constant)
        sums = folded @ arrays[name].T
        value = activated(activation, sums)
        layers.append(Layer(arrays[name], activation, folded, sums, value))
        if activated_constant:
            constant = float(activated(hidden, np.ones(1))[0])
    return layers


def backward(
    operation: Operation,
    layers: list[Layer],
    grad: Array,
    slope: Slope = right_slope,
    *,
    hidden: bool = True,
    output: bool = True,
    only: int | None = None,
    dropped: int | None = None,
    share: float = 1.0,
) -> dict[str, Array]:
    """Return all gradients.

    Parameters
    ----------
    hidden, output
        Whether ``slope`` is used in the hidden layers and in the last one, in place
        of the right derivative.
    only
        Number of the one layer in which it is used, if it is one.
    dropped
        Column that is dropped on the way back in place of that of the bias.
    share
        Factor on every delta.
    """
    answer = {}
    column = bias_column(operation) if dropped is None else dropped
    for number in reversed(range(len(layers))):
        layer = layers[number]
        replaced = output if number == len(layers) - 1 else hidden
        replaced = replaced if only is None else number == only
        chosen = slope if replaced else right_slope
        delta = share * grad * chosen(layer.activation, layer)
        answer[f"grad_weight_{number}"] = delta.T @ layer.folded
        grad = np.delete(delta @ layer.weight, column, axis=1)
    return {**answer, "grad_x": grad}


def deltas(operation: Operation, layers: list[Layer], grad: Array) -> list[Array]:
    """Return the right delta of every layer."""
    found: list[Array] = []
    for layer in reversed(layers):
        found.insert(0, grad * right_slope(layer.activation, layer))
        grad = np.delete(found[0] @ layer.weight, bias_column(operation), axis=1)
    return found
