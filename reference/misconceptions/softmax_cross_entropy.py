"""What goes wrong in softmax and cross-entropy."""

import numpy as np

from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.losses import both_scaled, negated_loss_entry
from reference.operations.base import Array, Arrays, Operation


def _averages(operation: Operation) -> bool:
    return getattr(operation, "reduction", "mean") == "mean"


def _divisor(operation: Operation, arrays: Arrays) -> int:
    return len(arrays["labels"]) if _averages(operation) else 1


def _one_hot(arrays: Arrays) -> Array:
    return np.eye(arrays["logits"].shape[1])[arrays["labels"]]


def _probabilities(logits: Array) -> Array:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _from_probabilities(
    operation: Operation, arrays: Arrays, probabilities: Array
) -> dict[str, Array]:
    """Return the usual loss and gradient for probabilities from a wrong softmax."""
    labels = arrays["labels"]
    divisor = _divisor(operation, arrays)
    with np.errstate(divide="ignore"):
        losses = -np.log(probabilities[np.arange(len(labels)), labels])
    return {
        "loss": np.asarray(losses.sum() / divisor),
        "grad_logits": (probabilities - _one_hot(arrays)) / divisor,
    }


def _gradient_not_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not _averages(operation):
        return {}
    return scaled(operation, arrays, len(arrays["labels"]), "grad_logits")


def _summed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not _averages(operation):
        return {}
    return both_scaled(operation, arrays, len(arrays["labels"]))


def _averaged_over_entries(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return both_scaled(operation, arrays, 1.0 / arrays["logits"].shape[1])


def _one_example_less(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    count = len(arrays["labels"])
    if not _averages(operation) or count == 1:
        return {}
    return both_scaled(operation, arrays, count / (count - 1))


def _gradient_doubled(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return scaled(operation, arrays, 2.0, "grad_logits")


def _no_minus_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(arrays["logits"])
    return {"grad_logits": probabilities / _divisor(operation, arrays)}


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
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return _from_probabilities(
        operation, arrays, exponentials / exponentials.sum(axis=1)
    )


def _column_shift(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    logits = arrays["logits"]
    probabilities = _probabilities(logits - logits.max(axis=0))
    return _from_probabilities(operation, arrays, probabilities)


def _softmax_twice(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(_probabilities(arrays["logits"]))
    return _from_probabilities(operation, arrays, probabilities)


def _derivative_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    probabilities = _probabilities(arrays["logits"])
    gradient = operation.answer(arrays)["grad_logits"]
    return {"grad_logits": gradient * probabilities * (1.0 - probabilities)}


def _labels_from_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    classes = arrays["logits"].shape[1]
    return operation.answer({**arrays, "labels": (arrays["labels"] - 1) % classes})


def _one_normaliser(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    logits, labels = arrays["logits"], arrays["labels"]
    shifted = logits - logits.max(axis=1, keepdims=True)
    chosen = shifted[np.arange(len(labels)), labels]
    losses = np.log(np.exp(shifted).sum()) - chosen
    return {"loss": np.asarray(losses.sum() / _divisor(operation, arrays))}


def _entry(
    number: str,
    title: str,
    hint: str,
    formula: str,
    wrong: Wrong,
    visible_on: VisibleOn = VisibleOn.DRAWS,
) -> Misconception:
    name = "softmax_cross_entropy"
    return Misconception(number, name, title, hint, formula, wrong, visible_on)


MISCONCEPTIONS = (
    _entry(
        "M01",
        "gradient not divided by the batch size",
        "Put every example into the batch twice. What should happen to the loss, and "
        "what to the gradient for one example?",
        "grad_logits = p - y",
        _gradient_not_averaged,
    ),
    _entry(
        "M04",
        "sum over the batch instead of the mean",
        "Should the loss double when the same batch is given twice?",
        "loss = sum of the losses, grad_logits = p - y",
        _summed,
    ),
    _entry(
        "M05",
        "averaged over entries instead of examples",
        "What is your average taken over: the examples, or all numbers in the array?",
        "loss and gradient are divided by the number of classes as well",
        _averaged_over_entries,
    ),
    _entry(
        "M07",
        "divided by N - 1",
        "What does your loss give for a batch of a single example?",
        "loss and gradient are divided by N - 1",
        _one_example_less,
    ),
    negated_loss_entry("softmax_cross_entropy", "grad_logits = (y - p) / N"),
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
    _entry(
        "M48",
        "softmax applied twice",
        "What is the smallest loss that your code can reach for a perfect prediction?",
        "p = softmax(softmax(z))",
        _softmax_twice,
    ),
    _entry(
        "M49",
        "derivative of softmax multiplied in twice",
        "You put two derivatives together into one short formula. Which one of them "
        "is already in it?",
        "grad_logits = (p - y) * p * (1 - p) / N",
        _derivative_again,
    ),
    _entry(
        "M58",
        "labels off by one",
        "Print the first label and the entry that your code picks for it. Which class "
        "has the number 0?",
        "label - 1 is used in place of label",
        _labels_from_one,
    ),
    _entry(
        "M165",
        "one normaliser for the whole batch",
        "How many examples share the denominator of your softmax when you compute the "
        "loss?",
        "loss = mean(log(sum of all exponentials in the batch) - z_label)",
        _one_normaliser,
    ),
)
