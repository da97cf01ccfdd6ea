"""What goes wrong in the logarithm of a sum of exponentials."""

import numpy as np

from reference.misconceptions.activations import (
    inner_derivative_entry,
    missing_factor_entry,
)
from reference.misconceptions.backward import (
    forgotten_derivative_entry,
    ignored_upstream_entry,
    needs_upstream,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.slices import (
    axis_of,
    backward_entries,
    lost_axis_entry,
    mean_entry,
    one_normaliser_entry,
    other_axis,
    overflow_entries,
    shift_entry,
    shifted,
    wrong_axis_entry,
)
from reference.operations.base import Array, Arrays, Operation


def _keeps_axis(operation: Operation) -> bool:
    return getattr(operation, "keepdims", False)


def _repeated(operation: Operation, arrays: Arrays) -> Array:
    """Return the upstream gradient for each entry of the slice it belongs to."""
    grad_out = arrays["grad_out"]
    if not _keeps_axis(operation):
        grad_out = np.expand_dims(grad_out, axis_of(operation))
    return np.broadcast_to(grad_out, arrays["x"].shape)


def _reduced(operation: Operation, array: Array) -> Array:
    """Return an array with length 1 along the axis in the shape of the output."""
    return array if _keeps_axis(operation) else array.squeeze(axis_of(operation))


def _finish(
    operation: Operation, arrays: Arrays, z: Array, total: Array, axis: int
) -> dict[str, Array]:
    shift = (arrays["x"] - z).take([0], axis=axis)
    answer = {"out": _reduced(operation, shift + np.log(total))}
    if "grad_out" in arrays:
        answer["grad_x"] = _repeated(operation, arrays) * np.exp(z) / total
    return answer


def _gradient_only(
    operation: Operation, arrays: Arrays, z: Array, total: Array, axis: int
) -> dict[str, Array]:
    if "grad_out" not in arrays:
        return {}
    return {"grad_x": _repeated(operation, arrays) * np.exp(z) / total}


@needs_upstream
def _only_repeated(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": _repeated(operation, arrays).copy()}


def _along_batch(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    axis, keeps = other_axis(operation, arrays), _keeps_axis(operation)
    peak = arrays["x"].max(axis=axis, keepdims=keeps)
    total = np.exp(shifted(arrays, axis)).sum(axis=axis, keepdims=keeps)
    return {"out": peak + np.log(total)}


def _one_normaliser(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    exponentials = np.exp(x - x.max())
    total = exponentials.sum()
    answer = {"out": np.asarray(x.max() + np.log(total))}
    if "grad_out" in arrays:
        answer["grad_x"] = _repeated(operation, arrays) * exponentials / total
    return answer


@needs_upstream
def _not_normalised(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": _repeated(operation, arrays) * np.exp(arrays["x"])}


@needs_upstream
def _shifted_not_normalised(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    exponentials = np.exp(shifted(arrays, axis_of(operation)))
    return {"grad_x": _repeated(operation, arrays) * exponentials}


@needs_upstream
def _outer_only(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    total = np.exp(arrays["x"]).sum(axis=axis_of(operation), keepdims=True)
    return {"grad_x": _repeated(operation, arrays) / total}


def _mean(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    classes = arrays["x"].shape[axis_of(operation)]
    return {"out": operation.answer({"x": arrays["x"]})["out"] - np.log(classes)}


def _shift_kept(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    z = shifted(arrays, axis_of(operation))
    return {"out": operation.answer({"x": z})["out"]}


def _not_divided(formula: str, wrong: Wrong) -> Misconception:
    hint = (
        "What do the entries of your gradient add up to in one row, next to the "
        "upstream gradient of that row? What should they?"
    )
    return missing_factor_entry("logsumexp", hint, formula, wrong)


MISCONCEPTIONS = (
    *backward_entries("logsumexp"),
    ignored_upstream_entry("logsumexp", "grad_x = softmax(x)"),
    forgotten_derivative_entry("logsumexp", _only_repeated),
    *overflow_entries("logsumexp", _finish),
    wrong_axis_entry("logsumexp", "axis 0 in place of axis 1", _along_batch),
    lost_axis_entry("logsumexp", _gradient_only),
    one_normaliser_entry(
        "logsumexp", "the sum of exponentials has no axis", _one_normaliser
    ),
    _not_divided("grad_x = grad_out * exp(x)", _not_normalised),
    _not_divided("grad_x = grad_out * exp(x - max(x))", _shifted_not_normalised),
    inner_derivative_entry(
        "logsumexp",
        "Do all entries of a row have the same influence on the output? Which function "
        "lies between an entry and the logarithm?",
        "grad_x = grad_out / sum(exp(x))",
        _outer_only,
    ),
    mean_entry("logsumexp", "out = log(mean(exp(x)))", _mean),
    shift_entry("logsumexp", "out = log(sum(exp(x - max(x))))", _shift_kept),
)
