"""What goes wrong in connectionist temporal classification.

``P`` is the probability of the labels of an example, ``g`` the share of the paths at
each class, ``a`` and ``b`` the forward and backward variables.
"""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.alignments import (
    Lattice,
    Sums,
    always_skipping,
    ending_with_label,
    never_skipping,
    of_classes,
    right_lattice,
    starting_with_label,
    sums,
    without_blanks,
)
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.losses import (
    loss_entry,
    negated_both,
    negated_loss_entry,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "ctc"

Example = Callable[[Array, Array, int], tuple[float, Array]]
"""From logarithms (T, C), labels (L,) and the blank to a loss and shares (T, C)."""


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _from_logits(operation: Operation) -> bool:
    return operation.inputs[0] == "logits"


def _gradient_name(operation: Operation) -> str:
    return f"grad_{operation.inputs[0]}"


def _weights(operation: Operation, label_lengths: Array) -> Array:
    """Return what the loss of each example is multiplied by."""
    reduction, count = chosen(operation)["reduction"], len(label_lengths)
    if reduction == "sum":
        return np.ones(count)
    if reduction == "example_mean":
        return np.full(count, 1.0 / count)
    weights: Array = 1.0 / (np.maximum(label_lengths, 1) * count)
    return weights


def _answer(
    operation: Operation, arrays: Arrays, example: Example, blank: int | None = None
) -> dict[str, Array]:
    """Return loss and gradient with a wrong treatment of each example."""
    scores = arrays[operation.inputs[0]]
    asked = chosen(operation)["blank"] if blank is None else blank
    weights = _weights(operation, arrays["label_lengths"])
    gradient, loss = np.zeros_like(scores), 0.0
    for number, weight in enumerate(weights):
        steps = slice(int(arrays["input_lengths"][number]))
        labels = arrays["labels"][number, : int(arrays["label_lengths"][number])]
        logs = scores[steps, number]
        if _from_logits(operation):
            logs = _log_softmax(logs)
        value, shares = example(logs, labels, asked)
        likely = np.exp(logs) if _from_logits(operation) else 0.0
        gradient[steps, number] = weight * (likely - shares)
        loss += weight * value
    return {"loss": np.asarray(loss), _gradient_name(operation): gradient}


def _shares(lattice: Lattice, found: Sums, classes: int) -> Array:
    with np.errstate(invalid="ignore"):
        of_states = np.exp(found.reached + found.left - found.emitted - found.total)
    return of_classes(lattice, of_states, classes)


def _under(rules: Callable[[Array, int], Lattice]) -> Wrong:
    """Return the mistake of summing over other paths."""

    def example(logs: Array, labels: Array, blank: int) -> tuple[float, Array]:
        lattice = rules(labels, blank)
        found = sums(logs, lattice)
        return -found.total, _shares(lattice, found, logs.shape[1])

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return _answer(operation, arrays, example)

    return wrong


def _gradient_from(of_states: Callable[[Sums], Array]) -> Wrong:
    """Return the mistake of wrong shares of the paths."""

    def example(logs: Array, labels: Array, blank: int) -> tuple[float, Array]:
        lattice = right_lattice(labels, blank)
        found = of_states(sums(logs, lattice))
        return 0.0, of_classes(lattice, found, logs.shape[1])

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        name = _gradient_name(operation)
        return {name: _answer(operation, arrays, example)[name]}

    return wrong


def _forward_only(found: Sums) -> Array:
    totals = np.logaddexp.reduce(found.reached, axis=1, keepdims=True)
    shares: Array = np.exp(found.reached - totals)
    return shares


def _step_twice(found: Sums) -> Array:
    shares: Array = np.exp(found.reached + found.left - found.total)
    return shares


def _best_path(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    def example(logs: Array, labels: Array, blank: int) -> tuple[float, Array]:
        lattice = right_lattice(labels, blank)
        found = sums(logs, lattice, np.maximum)
        best = found.reached + found.left - found.emitted
        # Two paths never are as likely as each other; one path is, up to rounding.
        on_path = (best >= found.total - 1e-9).astype(np.float64)
        return -found.total, of_classes(lattice, on_path, logs.shape[1])

    return _answer(operation, arrays, example)


def _other_blank(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    classes = arrays[operation.inputs[0]].shape[-1]
    other = 0 if chosen(operation)["blank"] else classes - 1
    return _answer(operation, arrays, _right_example, other)


def _right_example(logs: Array, labels: Array, blank: int) -> tuple[float, Array]:
    lattice = right_lattice(labels, blank)
    found = sums(logs, lattice)
    return -found.total, _shares(lattice, found, logs.shape[1])


def _reweighted(
    operation: Operation, arrays: Arrays, weights: Array
) -> dict[str, Array]:
    """Return loss and gradient with other weights of the examples."""
    name = _gradient_name(operation)
    plain = _plain(operation, arrays)
    losses = []
    for number in range(len(weights)):
        one = slice(number, number + 1)
        alone = {key: value[one] for key, value in arrays.items()}
        alone[operation.inputs[0]] = arrays[operation.inputs[0]][:, one]
        losses.append(_plain(operation, alone)["loss"])
    return {
        "loss": np.asarray(np.dot(weights, losses)),
        name: plain[name] * weights[:, np.newaxis],
    }


def _plain(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    summed = answered_under(operation, arrays, reduction="sum")
    return summed or operation.answer(arrays)


def _averages_lengths(operation: Operation) -> bool:
    return chosen(operation)["reduction"] == "mean"


def _gradient_not_averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = answered_under(operation, arrays, reduction="sum")
    return {name: found[name] for name in operation.gradients if found}


def _sum_confused(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    is_sum = chosen(operation)["reduction"] == "sum"
    other = "example_mean" if is_sum else "sum"
    return answered_under(operation, arrays, reduction=other)


def _lengths_confused(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = "example_mean" if _averages_lengths(operation) else "mean"
    return answered_under(operation, arrays, reduction=other)


def _by_input_lengths(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not _averages_lengths(operation):
        return {}
    lengths = arrays["input_lengths"]
    return _reweighted(operation, arrays, 1.0 / (lengths * len(lengths)))


def _by_all_labels(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    lengths = arrays["label_lengths"]
    if not _averages_lengths(operation):
        return {}
    equal = np.full(len(lengths), 1.0 / max(int(lengths.sum()), 1))
    return _reweighted(operation, arrays, equal)


def _without_softmax(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not _from_logits(operation):
        return {}
    logs = {**arrays, "log_probs": arrays["logits"]}
    found = answered_under(operation, logs, source="log_probs")
    return {"loss": found["loss"], "grad_logits": found["grad_log_probs"]}


def _softmax_again(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if _from_logits(operation):
        return {}
    logits = {**arrays, "logits": arrays["log_probs"]}
    found = answered_under(operation, logits, source="logits")
    return {"loss": found["loss"], "grad_log_probs": found["grad_logits"]}


def _softmax_left_out(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = _without_softmax(operation, arrays)
    return {name: found[name] for name in operation.gradients if found}


def _softmax_included(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if _from_logits(operation):
        return {}
    right = operation.answer(arrays)["grad_log_probs"]
    steps = np.arange(len(right))[:, np.newaxis] < arrays["input_lengths"]
    weights = _weights(operation, arrays["label_lengths"]) * steps
    likely = np.exp(arrays["log_probs"]) * weights[..., np.newaxis]
    return {"grad_log_probs": right + likely}


def _not_shifted(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not _from_logits(operation):
        return {}
    with np.errstate(all="ignore"):
        exponentials = np.exp(arrays["logits"])
        likely = exponentials / exponentials.sum(axis=-1, keepdims=True)
        logs = {**arrays, "logits": np.log(likely)}
        return _answer(operation, logs, _right_example)


def _all_steps(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    longest = np.full_like(arrays["input_lengths"], len(arrays[operation.inputs[0]]))
    return operation.answer({**arrays, "input_lengths": longest})


def _entry(
    number: str,
    title: str,
    hint: str,
    formula: str,
    wrong: Wrong,
    visible_on: VisibleOn = VisibleOn.DRAWS,
) -> Misconception:
    return Misconception(number, _NAME, title, hint, formula, wrong, visible_on)


def _length_entry(formula: str, wrong: Wrong) -> Misconception:
    return _entry(
        "M05",
        "averaged over the wrong things",
        "Take two examples with labels of different length. How much does each count "
        "in the mean that the handout asks for, and how much in yours?",
        formula,
        wrong,
    )


def _paths_entry(formula: str, rules: Callable[[Array, int], Lattice]) -> Misconception:
    return _entry(
        "M276",
        "wrong set of paths",
        "Write down all paths of three steps that spell a, then those that spell ab "
        "and aa. Does your recursion count each of them, and no other?",
        formula,
        _under(rules),
    )


MISCONCEPTIONS = (
    loss_entry(
        "M01", _NAME, "the gradient is not divided at all", _gradient_not_averaged
    ),
    loss_entry(
        "M04",
        _NAME,
        "loss and gradient are summed where a mean is asked for, or the reverse",
        _sum_confused,
    ),
    _length_entry(
        "not divided by label_lengths, or divided where it should not be",
        _lengths_confused,
    ),
    _length_entry("divided by input_lengths", _by_input_lengths),
    _length_entry("sum of the losses over the sum of label_lengths", _by_all_labels),
    negated_loss_entry(_NAME, "the gradient uses g - p"),
    _entry(
        "M43",
        "softmax without a shift overflows",
        "Add 1000 to every logit of one step. Should the loss change, and what does "
        "your code say?",
        "p = exp(z) / sum(exp(z))",
        _not_shifted,
        VisibleOn.STABILITY,
    ),
    loss_entry(
        "M48", _NAME, "log_probs = log_softmax(log_probs) first", _softmax_again
    ),
    _entry(
        "M49",
        "probability of the present step multiplied in twice",
        "Both your forward and your backward variables contain probabilities. Which "
        "step is in both of them?",
        "g = a * b / P with the present step in a and in b",
        _gradient_from(_step_twice),
    ),
    loss_entry("M50", _NAME, "the gradient is -g", _softmax_left_out),
    _entry(
        "M111",
        "steps that come later are ignored",
        "At step t, does it matter for the share of a class what follows? Where does "
        "your gradient look at the rest of the sequence?",
        "g = a / sum(a), without backward variables",
        _gradient_from(_forward_only),
    ),
    _entry(
        "M146",
        "blank argument ignored",
        "Which class does your code insert between the labels, and which one does the "
        "handout say? Print both.",
        "the blank is class 0, or the last one where 0 is asked for",
        _other_blank,
    ),
    loss_entry("M260", _NAME, "the gradient is p - g", _softmax_included),
    loss_entry("M266", _NAME, "loss = log(P)", negated_both),
    _entry(
        "M268",
        "logits taken for log-probabilities",
        "Take the exponentials of what this loss is given. Do they add up to 1 at "
        "each step?",
        "log_probs = logits, without a softmax",
        _without_softmax,
    ),
    _paths_entry("no blanks between the labels", without_blanks),
    _paths_entry("a label may follow an equal one without a blank", always_skipping),
    _paths_entry("P = a[T, last label], without the last blank", ending_with_label),
    _paths_entry("paths begin with the first label only", starting_with_label),
    loss_entry("M277", _NAME, "P = probability of the likeliest path", _best_path),
    _entry(
        "M278",
        "padding taken for part of the example",
        "Change what lies beyond the length of a short example. Should anything "
        "change, and does it?",
        "input_lengths = T for every example",
        _all_steps,
    ),
    # Behind all others: its loss is infinite where an example has no path left.
    _paths_entry("no label follows another without a blank", never_skipping),
)
