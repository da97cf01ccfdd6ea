"""What goes wrong in an affine layer."""

from functools import wraps

import numpy as np

from reference.misconceptions.backward import (
    averaged_entry,
    needs_upstream,
    negated_entry,
    parameters_averaged,
    parameters_doubled_entry,
    wrong_axis_entry,
)
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.changes import entries_of
from reference.operations import create
from reference.operations.base import Array, Arrays, Operation

_OTHER_END = {"folded_first": "folded_last", "folded_last": "folded_first"}


def _bias(operation: Operation) -> str:
    return str(vars(operation)["bias"])


def _features(bias: str) -> slice:
    """Return which rows of the weight belong to features."""
    first, last = bias == "folded_first", bias == "folded_last"
    return slice(1 if first else 0, -1 if last else None)


def _with_ones(operation: Operation, arrays: Arrays) -> Array:
    """Return what the weight is multiplied by: ``x``, perhaps with a column of ones."""
    x, bias = arrays["x"], _bias(operation)
    ones = np.ones((len(x), 1))
    if bias not in _OTHER_END:
        return x
    return np.hstack([ones, x] if bias == "folded_first" else [x, ones])


def _of_bias(operation: Operation, arrays: Arrays, gradient: Array) -> dict[str, Array]:
    """Return a gradient for the bias, or for the row of the weight that is the bias."""
    bias = _bias(operation)
    if bias == "none":
        return {}
    if bias == "separate":
        return {"grad_bias": gradient}
    weight = operation.answer(arrays)["grad_weight"]
    weight[0 if bias == "folded_first" else -1] = gradient
    return {"grad_weight": weight}


def _needs_bias(wrong: Wrong) -> Wrong:
    """Return nothing where the bias has no gradient of its own."""

    @wraps(wrong)
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if _bias(operation) == "separate" else {}

    return needs_upstream(guarded)


def _needs_folded(wrong: Wrong) -> Wrong:
    """Return nothing where the bias is not a row of the weight."""

    @wraps(wrong)
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if _bias(operation) in _OTHER_END else {}

    return guarded


@needs_upstream
def _weight_not_transposed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    weight = arrays["weight"]
    if weight.shape[0] != weight.shape[1]:
        return {}
    return {"grad_x": (arrays["grad_out"] @ weight)[:, _features(_bias(operation))]}


@needs_upstream
def _weight_gradient_transposed(
    operation: Operation, arrays: Arrays
) -> dict[str, Array]:
    return {"grad_weight": operation.answer(arrays)["grad_weight"].T.copy()}


@needs_upstream
def _elementwise_product(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x, grad_out = _with_ones(operation, arrays), arrays["grad_out"]
    return {"grad_weight": x * grad_out} if x.shape == grad_out.shape else {}


@_needs_bias
def _bias_not_summed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": arrays["grad_out"].copy()}


@needs_upstream
def _bias_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _of_bias(operation, arrays, arrays["grad_out"].mean(axis=0))


@needs_upstream
def _bias_total(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    grad_out = arrays["grad_out"]
    total = np.full_like(grad_out[0], grad_out.sum())
    return _of_bias(operation, arrays, total)


@needs_upstream
def _bias_from_weight(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    products = arrays["x"].T @ arrays["grad_out"]
    return _of_bias(operation, arrays, products.sum(axis=0))


@needs_upstream
def _bias_fudged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _of_bias(operation, arrays, 2.0 * arrays["grad_out"].mean(axis=0))


@_needs_bias
def _bias_single_number(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": np.asarray(arrays["grad_out"].sum())}


@_needs_bias
def _bias_of_examples(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_bias": arrays["grad_out"].sum(axis=1)}


def _bias_left_out(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    bias = _bias(operation)
    product = arrays["x"] @ arrays["weight"][_features(bias)]
    return {} if bias == "none" else {"out": product}


@_needs_folded
@needs_upstream
def _column_of_ones_kept(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] @ arrays["weight"].T}


@_needs_folded
@needs_upstream
def _other_column_dropped(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    gradient = arrays["grad_out"] @ arrays["weight"].T
    return {"grad_x": gradient[:, _features(_OTHER_END[_bias(operation)])]}


@_needs_folded
@needs_upstream
def _row_of_bias_lost(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_weight": arrays["x"].T @ arrays["grad_out"]}


@_needs_folded
def _ones_at_the_other_end(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = _OTHER_END[_bias(operation)]
    return create("linear", bias=other).answer(arrays)


@needs_upstream
def _output_as_upstream(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = operation.answer(arrays)["out"]
    right = operation.answer({**arrays, "grad_out": out})
    return {name: right[name] for name in operation.gradients}


_entry = entries_of("linear")


def _folded(formula: str, wrong: Wrong) -> Misconception:
    return _entry(
        "M21",
        "constant of the folded bias treated as a unit",
        "Where does the column of ones come from, and at which end does it stand? "
        "Does anything before this layer wait for a gradient of it?",
        formula,
        wrong,
    )


MISCONCEPTIONS = (
    _entry(
        "M02",
        "batch average taken again for weight and bias",
        "Follow the factor 1/N from the loss down to the weights. How often is it "
        "applied on the way?",
        "grad_weight = x.T @ grad_out / N, grad_bias = sum(grad_out, axis=0) / N",
        parameters_averaged,
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
    _folded("grad_x = grad_out @ weight.T with D + 1 columns", _column_of_ones_kept),
    _folded("grad_x without the column at the other end", _other_column_dropped),
    _folded("grad_weight = x.T @ grad_out with D rows", _row_of_bias_lost),
    _folded("the row of the bias is at the other end", _ones_at_the_other_end),
    _entry(
        "M23",
        "upstream gradient ignored",
        "Suppose the loss were twice as large. What should happen to the gradients of "
        "this layer, and do they?",
        "the output of the layer is used in place of grad_out",
        _output_as_upstream,
    ),
    parameters_doubled_entry(
        "linear",
        "grad_weight = 2 * x.T @ grad_out, grad_bias = 2 * sum(grad_out, axis=0)",
    ),
    wrong_axis_entry(
        "linear",
        "Each unit has one bias. Which axis of the upstream gradient counts the units, "
        "and is it the one that your sum leaves?",
        "grad_bias = sum(grad_out, axis=1)",
        _bias_of_examples,
    ),
    _entry(
        "M250",
        "bias left out of the output",
        "What should this layer return when all inputs are zero? Put zeros into yours.",
        "out = x @ weight",
        _bias_left_out,
    ),
)
