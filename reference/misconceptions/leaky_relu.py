"""What goes wrong in a leaky rectified linear unit."""

import numpy as np

from reference.misconceptions.activations import with_slope
from reference.misconceptions.at_kinks import divided_output_entry, two_slopes_entries
from reference.misconceptions.backward import activation_entries
from reference.misconceptions.two_sided import (
    ignored_argument_entry,
    lost_upstream_entry,
    mask_from_upstream_entry,
    slope_entry,
)
from reference.operations.base import Array, Arrays, Operation

_HABIT = 0.01


def _slope(operation: Operation, arrays: Arrays) -> float:
    return operation.sizes(arrays)["slope"]


def _sides(arrays: Arrays, positive: float, negative: float) -> dict[str, Array]:
    x = arrays["x"]
    factor = np.where(x > 0, positive, negative)
    return with_slope(arrays, x * factor, factor)


def _with_negative(
    operation: Operation, arrays: Arrays, slope: float
) -> dict[str, Array]:
    return {} if slope == _slope(operation, arrays) else _sides(arrays, 1.0, slope)


def _not_leaky(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _with_negative(operation, arrays, 0.0)


def _habitual(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _with_negative(operation, arrays, _HABIT)


def _wrong_side(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _sides(arrays, _slope(operation, arrays), 1.0)


MISCONCEPTIONS = (
    *activation_entries("leaky_relu"),
    mask_from_upstream_entry(
        "leaky_relu",
        "grad_x = grad_out where grad_out > 0, slope * grad_out elsewhere",
        _slope,
    ),
    slope_entry(
        "leaky_relu", "out = max(x, 0), grad_x = grad_out * (x > 0)", _not_leaky
    ),
    slope_entry("leaky_relu", "out = slope * x where x > 0, x elsewhere", _wrong_side),
    ignored_argument_entry(
        "leaky_relu", "slope", "slope = 0.01 whatever was asked for", _habitual
    ),
    lost_upstream_entry(
        "leaky_relu", "grad_x = grad_out where x > 0, slope elsewhere", _slope
    ),
    divided_output_entry("leaky_relu"),
    *two_slopes_entries("leaky_relu", "slope", _slope),
)
