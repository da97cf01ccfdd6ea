"""What goes wrong in a rectified linear unit with a learned slope."""

import numpy as np

from reference.misconceptions.activations import with_slope
from reference.misconceptions.at_kinks import divided_output_entry, two_slopes_entries
from reference.misconceptions.backward import (
    activation_entries,
    needs_upstream,
    value_as_slope_entry,
)
from reference.misconceptions.base import Misconception
from reference.misconceptions.two_sided import (
    lost_upstream_entry,
    mask_from_upstream_entry,
    slope_entry,
)
from reference.operations.base import Array, Arrays, Operation


def _slope(operation: Operation, arrays: Arrays) -> Array:
    """Return the slopes in a shape that broadcasts against ``x``."""
    slope, x = arrays["slope"], arrays["x"]
    return slope.reshape(-1, *(1,) * (x.ndim - 2)) if slope.ndim else slope


def _collected(arrays: Arrays, values: Array) -> Array:
    """Return the sum of values over all entries that share a slope."""
    shared = arrays["slope"].ndim == 0
    axes = tuple(axis for axis in range(values.ndim) if shared or axis != 1)
    return np.asarray(values.sum(axis=axes))


def _contributions(arrays: Arrays) -> Array:
    return arrays["grad_out"] * np.minimum(arrays["x"], 0.0)


def _not_leaky(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    return with_slope(arrays, np.maximum(x, 0.0), np.heaviside(x, 0.0))


def _with_factor(
    arrays: Arrays, factor: Array, chosen: Array | bool
) -> dict[str, Array]:
    """Return what follows if the slope acts on the chosen entries."""
    x = arrays["x"]
    answer = with_slope(arrays, x * factor, factor)
    if "grad_out" in arrays:
        taken = np.where(chosen, arrays["grad_out"] * x, 0.0)
        answer["grad_slope"] = _collected(arrays, taken)
    return answer


def _wrong_side(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    positive = arrays["x"] > 0
    factor = np.where(positive, _slope(operation, arrays), 1.0)
    return _with_factor(arrays, factor, positive)


def _both_sides(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    factor = np.broadcast_to(_slope(operation, arrays), arrays["x"].shape)
    return _with_factor(arrays, factor, True)


@needs_upstream
def _per_batch(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = _collected(arrays, _contributions(arrays))
    return {"grad_slope": right / len(arrays["x"])}


@needs_upstream
def _not_summed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_slope": _contributions(arrays)}


@needs_upstream
def _averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = _collected(arrays, _contributions(arrays))
    return {"grad_slope": right * (arrays["slope"].size / arrays["x"].size)}


@needs_upstream
def _slope_still_there(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = _collected(arrays, _contributions(arrays))
    return {"grad_slope": right * arrays["slope"]}


MISCONCEPTIONS = (
    *activation_entries("prelu"),
    value_as_slope_entry(
        "prelu", "grad_slope = sum of grad_out * slope * min(x, 0)", _slope_still_there
    ),
    Misconception(
        id="M02",
        operation="prelu",
        title="batch average taken again for the slope",
        hint=(
            "Follow the factor 1/N from the loss down to the slope. How often is it "
            "applied on the way?"
        ),
        formula="grad_slope = sum of grad_out * min(x, 0) / N",
        wrong=_per_batch,
    ),
    Misconception(
        id="M14",
        operation="prelu",
        title="slope gradient not summed",
        hint=(
            "On how many entries does one slope act, and how many numbers does your "
            "gradient for it have?"
        ),
        formula="grad_slope = grad_out * min(x, 0)",
        wrong=_not_summed,
    ),
    Misconception(
        id="M15",
        operation="prelu",
        title="slope gradient averaged instead of summed",
        hint=(
            "Each entry that meets the slope moves the loss by its own amount when the "
            "slope changes. How do those amounts combine?"
        ),
        formula="grad_slope = mean of grad_out * min(x, 0)",
        wrong=_averaged,
    ),
    mask_from_upstream_entry(
        "prelu",
        "grad_x = grad_out where grad_out > 0, slope * grad_out elsewhere",
        _slope,
    ),
    slope_entry("prelu", "out = max(x, 0), grad_x = grad_out * (x > 0)", _not_leaky),
    slope_entry("prelu", "out = slope * x where x > 0, x elsewhere", _wrong_side),
    slope_entry("prelu", "out = slope * x on both sides", _both_sides),
    lost_upstream_entry(
        "prelu", "grad_x = grad_out where x > 0, slope elsewhere", _slope
    ),
    divided_output_entry("prelu"),
    *two_slopes_entries("prelu", "slope", _slope),
)
