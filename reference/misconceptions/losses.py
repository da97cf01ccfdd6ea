"""Mistakes in a loss that look alike in every loss."""

import numpy as np

from reference.losses import reductions
from reference.misconceptions.backward import scaled
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.operations.base import Array, Arrays, Operation

_TEXTS = {
    "M01": (
        "gradient not divided by the batch size",
        "Put every example into the batch twice. What should happen to the loss, and "
        "what to the gradient for one example?",
    ),
    "M04": (
        "sum and mean confused",
        "Give your loss the same batch twice over. Does it double, and is it meant to?",
    ),
    "M05": (
        "averaged over the wrong things",
        "Does the handout average over examples, over all numbers in the array, or not "
        "at all? What does your code divide by?",
    ),
    "M07": (
        "divided by N - 1",
        "What does your loss give for a batch of a single example?",
    ),
    "M09": (
        "sign of the gradient reversed",
        "Raise one prediction a little. Does the loss move in the direction that your "
        "gradient says?",
    ),
    "M48": (
        "softmax or sigmoid applied twice",
        "What is the smallest loss that your code can reach for a perfect prediction? "
        "What does the input of the loss stand for?",
    ),
    "M50": (
        "derivative of the activation inside the loss left out",
        "For which numbers is your gradient: for the probabilities, for their "
        "logarithms, or for what was handed to the loss?",
    ),
    "M65": (
        "slope of the magnitude depends on its size",
        "Draw the magnitude as a curve. How steep is it at 1, at 10 and at -10?",
    ),
    "M260": (
        "derivative of the activation before the loss included",
        "For which array does this loss hand back a gradient: for its own input, or "
        "for what went into the layer before?",
    ),
    "M261": (
        "another norm than the one asked for",
        "Which power of each entry does the handout add up, and is there a root "
        "around the sum? Work out your value for 3 and 4 by hand.",
    ),
    "M262": (
        "gradient averaged over the examples",
        "How many predictions does the loss depend on, and how many numbers does your "
        "gradient hold?",
    ),
    "M263": (
        "squared after adding up",
        "What does your code give for the two entries 1 and -1? Is everything as it "
        "should be there?",
    ),
    "M264": (
        "magnitude forgotten",
        "What does your code do with a negative number of large size? Try -3 and 3.",
    ),
    "M265": (
        "logarithm to another base",
        "What does your loss give for a probability of 1/2, and what does your "
        "calculator? Which logarithm has the derivative 1/p?",
    ),
    "M266": (
        "minus in front of a logarithm lost",
        "Which sign has the logarithm of a probability? Can any term of your loss "
        "reward a wrong prediction?",
    ),
    "M267": (
        "logarithm forgotten",
        "How much more should it cost to give the truth a probability of 0.001 than "
        "one of 0.01? How much more does it in your code?",
    ),
    "M268": (
        "input taken for probabilities",
        "Can the numbers that this loss is given be negative? What do they stand for, "
        "then, and what has to happen to them first?",
    ),
    "M269": (
        "wrong classes enter the loss",
        "Work out the loss of one example with three classes by hand. How many "
        "logarithms does it have in it, and how many in your code?",
    ),
    "M271": (
        "softmax and sigmoid exchanged",
        "Must the probabilities of one row add up to 1, or is each entry a question of "
        "its own? What do the rows add up to in your code?",
    ),
    "M274": (
        "right and wrong class exchanged",
        "Take an example that is predicted perfectly. Is your loss small for it, and "
        "large for the opposite prediction?",
    ),
    "M275": (
        "one part of the formula used everywhere",
        "Which cases does the definition tell apart? Take one number from each and "
        "compare your loss with the definition.",
    ),
    "M277": (
        "largest term in place of the sum",
        "How many terms does the sum in the definition have, and how many of them have "
        "an influence on your result?",
    ),
}


def loss_entry(
    number: str,
    operation: str,
    formula: str,
    wrong: Wrong,
    visible_on: VisibleOn = VisibleOn.DRAWS,
) -> Misconception:
    """Return an entry whose title and hint are the same in every loss."""
    title, hint = _TEXTS[number]
    return Misconception(number, operation, title, hint, formula, wrong, visible_on)


def both_scaled(
    operation: Operation, arrays: Arrays, factor: float
) -> dict[str, Array]:
    """Return loss and gradient multiplied by the same number."""
    return scaled(operation, arrays, factor, operation.output, *operation.gradients)


def negated_gradient(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return the gradient with the opposite sign."""
    return scaled(operation, arrays, -1.0, *operation.gradients)


def negated_both(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return loss and gradient with the opposite sign."""
    return both_scaled(operation, arrays, -1.0)


def negated_loss_entry(operation: str, formula: str) -> Misconception:
    """Return M09 for a loss."""
    return loss_entry("M09", operation, formula, negated_gradient)


def averaging(operation: Operation) -> str:
    """Return one of ``reductions.REDUCTIONS``.

    A loss of class labels has one number for each example, so that its ``"mean"`` is
    over examples.
    """
    asked = getattr(operation, "reduction", None)
    if asked is None:
        asked = getattr(operation, "scaling", "mean").removeprefix("half_")
    return "example_mean" if asked == "mean" and _has_labels(operation) else asked


def divisor(operation: Operation, arrays: Arrays) -> int:
    """Return what the sum over the batch is divided by."""
    return reductions.divisor(averaging(operation), _shape(operation, arrays))


def _has_labels(operation: Operation) -> bool:
    return "labels" in operation.inputs


def _shape(operation: Operation, arrays: Arrays) -> tuple[int, ...]:
    return arrays[operation.inputs[0]].shape


def _divided_by(operation: Operation, arrays: Arrays, wrong: float) -> dict[str, Array]:
    """Return loss and gradient with another divisor, and nothing if it is right."""
    right = divisor(operation, arrays)
    return {} if wrong == right else both_scaled(operation, arrays, right / wrong)


def _gradient_divided_by(
    operation: Operation, arrays: Arrays, wrong: float
) -> dict[str, Array]:
    found = _divided_by(operation, arrays, wrong)
    return {name: found[name] for name in operation.gradients if found}


def _not_divided(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _gradient_divided_by(operation, arrays, 1)


def _divided_by_width(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if averaging(operation) != "mean":
        return {}
    count = _shape(operation, arrays)[0]
    return _gradient_divided_by(operation, arrays, divisor(operation, arrays) / count)


def _summed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if averaging(operation) != "sum":
        return _divided_by(operation, arrays, 1)
    mean = "example_mean" if _has_labels(operation) else "mean"
    shape = _shape(operation, arrays)
    return _divided_by(operation, arrays, reductions.divisor(mean, shape))


def _one_example_less(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    count = _shape(operation, arrays)[0]
    if averaging(operation) == "sum" or count == 1:
        return {}
    right = divisor(operation, arrays)
    return _divided_by(operation, arrays, right * (count - 1) / count)


def _other_average(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = "mean" if averaging(operation) == "example_mean" else "example_mean"
    shape = _shape(operation, arrays)
    return _divided_by(operation, arrays, reductions.divisor(other, shape))


def _over_entries(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _divided_by(operation, arrays, int(np.prod(_shape(operation, arrays))))


def _over_classes(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _divided_by(operation, arrays, _shape(operation, arrays)[1])


def _one_row(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    answer = operation.answer(arrays)
    count = 1 if averaging(operation) == "sum" else _shape(operation, arrays)[0]
    factor = divisor(operation, arrays) / count
    return {name: factor * answer[name].sum(axis=0) for name in operation.gradients}


def _common(operation: str, reversed_formula: str) -> tuple[Misconception, ...]:
    return (
        loss_entry(
            "M01", operation, "the gradient is not divided at all", _not_divided
        ),
        loss_entry(
            "M04",
            operation,
            "loss and gradient are summed where a mean is asked for, or the reverse",
            _summed,
        ),
        loss_entry(
            "M07",
            operation,
            "loss and gradient have 1/(N - 1) in place of 1/N",
            _one_example_less,
        ),
        negated_loss_entry(operation, reversed_formula),
        loss_entry(
            "M262", operation, "the gradient is a mean over axis 0, one row", _one_row
        ),
    )


def entrywise_entries(
    operation: str, reversed_formula: str
) -> tuple[Misconception, ...]:
    """Return what goes wrong in any loss with one number for each entry.

    Parameters
    ----------
    reversed_formula
        The gradient with the opposite sign, as a formula.
    """
    return (
        *_common(operation, reversed_formula),
        loss_entry(
            "M01",
            operation,
            "the gradient is divided by K in place of N*K",
            _divided_by_width,
        ),
        loss_entry(
            "M05",
            operation,
            "divided by N where N*K or nothing is asked for, or by N*K where N is",
            _other_average,
        ),
    )


def labelled_entries(
    operation: str, reversed_formula: str
) -> tuple[Misconception, ...]:
    """Return what goes wrong in any loss with one number for each example.

    Parameters
    ----------
    reversed_formula
        The gradient with the opposite sign, as a formula.
    """
    return (
        *_common(operation, reversed_formula),
        loss_entry(
            "M05", operation, "loss and gradient are divided by N*C", _over_entries
        ),
        loss_entry(
            "M05",
            operation,
            "loss and gradient are divided by C alone",
            _over_classes,
        ),
    )
