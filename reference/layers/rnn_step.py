"""The nonlinearities of a plain recurrent step, with derivatives from their values."""

from collections.abc import Callable

import numpy as np

from reference.protocols import Array

Function = Callable[[Array], Array]


def _relu(sums: Array) -> Array:
    return np.maximum(sums, 0.0)


def _tanh_slope(value: Array) -> Array:
    return 1.0 - value * value


def _relu_slope(value: Array) -> Array:
    return (value > 0).astype(value.dtype)


NONLINEARITIES: dict[str, tuple[Function, Function]] = {
    "tanh": (np.tanh, _tanh_slope),
    "relu": (_relu, _relu_slope),
}
"""Each nonlinearity, and its derivative as a function of its value."""
