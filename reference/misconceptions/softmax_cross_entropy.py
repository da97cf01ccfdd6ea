"""What goes wrong in softmax and cross-entropy."""

import numpy as np

from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.classes import (
    every_column,
    every_column_entry,
    of_labels,
    off_by_one_entry,
    one_hot,
    reduced,
)
from reference.misconceptions.losses import (
    labelled_entries,
    loss_entry,
    negated_both,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "softmax_cross_entropy"


def _shifted(arrays: Arrays) -> Array:
    logits = arrays["logits"]
    return logits - logits.max(axis=1, keepdims=True)


def _probabilities(logits: Array) -> Array:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _from_probabilities(
    operation: Operation, arrays: Arrays, probabilities: Array
) -> dict[str, Array]:
    """Return the usual loss and gradient for probabilities from a wrong softmax."""
    with np.errstate(divide="ignore"):
        losses = -np.log(of_labels(operation, arrays, probabilities))
    gradient = probabilities - one_hot(operation, arrays)
    return reduced(operation, arrays, losses, gradient)


def _gradient_only(
    operation: Operation, arrays: Arrays, gradient: Array
) -> dict[str, Array]:
    found = reduced(operation, arrays, np.zeros(1), gradient)
    return {"grad_logits": found["grad_logits"]}


def _loss_only(operation: Operation, arrays: Arrays, losses: Array) -> dict[str, Array]:
    return {"loss": reduced(operation, arrays, losses, np.zeros(1))["loss"]}


def _through_softmax(slope: Array, probabilities: Array) -> Array:
    """Turn the derivative for the probabilities into the one for the logits."""
    mean = (slope * probabilities).sum(axis=1, keepdims=True)
    return probabilities * (slope - mean)


def _gradient_doubled(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return scaled(operation, arrays, 2.0, "grad_logits")


def _no_minus_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _gradient_only(operation, arrays, _probabilities(arrays["logits"]))


def _not_shifted(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        exponentials = np.exp(arrays["logits"])
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return _from_probabilities(operation, arrays, probabilities)


def _one_shift_for_all(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    logits = arrays["logits"]
    with np.errstate(invalid="ignore"):
        exponentials = np.exp(logits - logits.max())
        probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    return _from_probabilities(operation, arrays, probabilities)


def _over_the_batch(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(arrays["logits"].T).T
    return _from_probabilities(operation, arrays, probabilities)


def _axis_lost(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    logits = arrays["logits"]
    if logits.shape[0] != logits.shape[1]:
        return {}
    exponentials = np.exp(_shifted(arrays))
    return _from_probabilities(
        operation, arrays, exponentials / exponentials.sum(axis=1)
    )


def _column_shift(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    z = arrays["logits"] - arrays["logits"].max(axis=0)
    with np.errstate(invalid="ignore"):
        probabilities = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return _from_probabilities(operation, arrays, probabilities)


def _softmax_twice(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(_probabilities(arrays["logits"]))
    return _from_probabilities(operation, arrays, probabilities)


def _sigmoid(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(over="ignore"):
        probabilities = 1.0 / (1.0 + np.exp(-arrays["logits"]))
    return _from_probabilities(operation, arrays, probabilities)


def _logits_as_probabilities(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    with np.errstate(invalid="ignore"):
        return _from_probabilities(operation, arrays, arrays["logits"])


def _derivative_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(arrays["logits"])
    gradient = operation.answer(arrays)["grad_logits"]
    return {"grad_logits": gradient * probabilities * (1.0 - probabilities)}


def _for_probabilities(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(arrays["logits"])
    gradient = -one_hot(operation, arrays) / probabilities
    return _gradient_only(operation, arrays, gradient)


def _for_log_probabilities(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _gradient_only(operation, arrays, -one_hot(operation, arrays))


def _true_class_only(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    rows, probabilities = one_hot(operation, arrays), _probabilities(arrays["logits"])
    return _gradient_only(operation, arrays, rows * (probabilities - 1.0))


def _one_normaliser(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    shifted = _shifted(arrays)
    chosen = of_labels(operation, arrays, shifted)
    return _loss_only(operation, arrays, np.log(np.exp(shifted).sum()) - chosen)


def _shift_not_undone(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    totals = np.exp(_shifted(arrays)).sum(axis=1)
    chosen = of_labels(operation, arrays, arrays["logits"])
    return _loss_only(operation, arrays, np.log(totals) - chosen)


def _base(base: float) -> Wrong:
    def other_base(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return scaled(operation, arrays, 1.0 / float(np.log(base)), "loss")

    return other_base


def _no_logarithm(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(arrays["logits"])
    rows = one_hot(operation, arrays)
    losses = -of_labels(operation, arrays, probabilities)
    gradient = _through_softmax(-rows, probabilities)
    return reduced(operation, arrays, losses, gradient)


def _all_classes(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(arrays["logits"])
    gradient = probabilities.shape[1] * probabilities - 1.0
    return reduced(operation, arrays, -np.log(probabilities), gradient)


def _two_class_formula(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    p, y = _probabilities(arrays["logits"]), one_hot(operation, arrays)
    losses = -np.log(np.where(y == 1.0, p, 1.0 - p))
    gradient = _through_softmax((p - y) / (p * (1.0 - p)), p)
    return reduced(operation, arrays, losses, gradient)


def _columns(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    p = _probabilities(arrays["logits"])
    return every_column(operation, arrays, np.log(p), p, per_pair=False)


def _columns_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    p = _probabilities(arrays["logits"])
    return every_column(operation, arrays, np.log(p), p, per_pair=True)


def _entry(
    number: str,
    title: str,
    hint: str,
    formula: str,
    wrong: Wrong,
    visible_on: VisibleOn = VisibleOn.DRAWS,
) -> Misconception:
    return Misconception(number, _NAME, title, hint, formula, wrong, visible_on)


MISCONCEPTIONS = (
    *labelled_entries(_NAME, "grad_logits = (y - p) / N"),
    _entry(
        "M10",
        "gradient off by a factor of two",
        "Work out the gradient for a single logit by hand. Is there a square anywhere "
        "that would bring a factor of 2 down?",
        "grad_logits = 2 * (p - y) / N",
        _gradient_doubled,
    ),
    _entry(
        "M42",
        "true class not subtracted",
        "What must each row of this gradient add up to when a shift of the whole row "
        "does not change the loss?",
        "grad_logits = p / N",
        _no_minus_one,
    ),
    _entry(
        "M43",
        "softmax without a shift overflows",
        "Add 1000 to every logit of an example. Should the loss change, and what does "
        "your code say?",
        "p = exp(z) / sum(exp(z))",
        _not_shifted,
        VisibleOn.STABILITY,
    ),
    _entry(
        "M44",
        "one shift for the whole batch",
        "Imagine two examples whose logits lie 2000 apart. What is left of the lower "
        "one after your shift?",
        "p = exp(z - max of the whole batch) / row sum",
        _one_shift_for_all,
        VisibleOn.STABILITY,
    ),
    _entry(
        "M45",
        "softmax over the batch axis",
        "Which numbers form one probability distribution: those of one example, or "
        "those of one class?",
        "p = softmax over axis 0",
        _over_the_batch,
    ),
    _entry(
        "M46",
        "row sums without their axis",
        "Does your softmax still run when the number of examples differs from the "
        "number of classes? Which number divides which row?",
        "p = exp(z) / sum(exp(z), axis=1) without keepdims",
        _axis_lost,
        VisibleOn.SQUARE,
    ),
    _entry(
        "M47",
        "examples of a batch influence each other",
        "Change the logits of one example only. Does the loss of its neighbours move?",
        "p = softmax of z - max(z, axis=0)",
        _column_shift,
    ),
    loss_entry("M48", _NAME, "p = softmax(softmax(z))", _softmax_twice),
    _entry(
        "M49",
        "derivative of softmax multiplied in twice",
        "You put two derivatives together into one short formula. Which one of them "
        "is already in it?",
        "grad_logits = (p - y) * p * (1 - p) / N",
        _derivative_again,
    ),
    loss_entry("M50", _NAME, "grad_logits = -y / p / N", _for_probabilities),
    loss_entry("M50", _NAME, "grad_logits = -y / N", _for_log_probabilities),
    off_by_one_entry(_NAME),
    _entry(
        "M165",
        "one normaliser for the whole batch",
        "How many examples share the denominator of your softmax when you compute the "
        "loss?",
        "loss = mean(log(sum of all exponentials in the batch) - z_label)",
        _one_normaliser,
    ),
    _entry(
        "M210",
        "gradient for the true class only",
        "Raise the logit of a wrong class a little. Does the loss of this example "
        "move, and what does your gradient say about it?",
        "grad_logits = y * (p - 1) / N",
        _true_class_only,
    ),
    _entry(
        "M213",
        "shift by the maximum on one side only",
        "Take one example with two logits and compute its loss with and without your "
        "shift. Which of the terms have been shifted?",
        "loss = mean(log(sum(exp(z - m))) - z_label) with m = max(z)",
        _shift_not_undone,
    ),
    loss_entry("M265", _NAME, "loss = mean(-log2(p_label))", _base(2.0)),
    loss_entry("M265", _NAME, "loss = mean(-log10(p_label))", _base(10.0)),
    loss_entry("M266", _NAME, "loss = mean(log(p_label))", negated_both),
    loss_entry("M267", _NAME, "loss = -mean(p_label)", _no_logarithm),
    loss_entry(
        "M268", _NAME, "loss = mean(-log(z_label)), z - y", _logits_as_probabilities
    ),
    loss_entry("M269", _NAME, "loss = -mean(sum(log(p), axis=1))", _all_classes),
    loss_entry(
        "M269", _NAME, "y*log(p) + (1 - y)*log(1 - p) in each class", _two_class_formula
    ),
    loss_entry("M271", _NAME, "p = 1 / (1 + exp(-z))", _sigmoid),
    every_column_entry(
        _NAME, "sum(-log(p[:, labels])) / N; p[:, labels] -= 1", _columns
    ),
    every_column_entry(
        _NAME, "mean(-log(p[:, labels])); p[:, labels] -= 1", _columns_averaged
    ),
)
