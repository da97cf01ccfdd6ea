"""How an answer compares with the right one, in sentences that every kind uses."""

from collections.abc import Mapping

from grader.checks.compare import (
    DOUBLE_BOUND,
    SINGLE_BOUND,
    Comparison,
    Index,
    Match,
)
from reference.operations.base import Family, Operation

SINGLE_NOTICE = (
    "Computed in single precision: the answer is right to about seven digits. Use "
    "float64 throughout to be safe."
)
MEASURED = (
    "It is right to about ten digits only, with the kind of error that small steps "
    "leave: does your backward measure this gradient by calling forward again? Derive "
    "it instead."
)
SINGLE_REFUSED = (
    "is right to about seven digits only. This check asks for double precision: which "
    "of your arrays is float32?"
)
OWN_FORWARD_RIGHT = (
    "It fits your own forward, though: it is the derivative of what your forward "
    "computes. Correct forward first, then run this again."
)
OWN_FORWARD_WRONG = (
    "The result of your forward is wrong as well. Correct forward first, then run this "
    "again."
)
BY_HAND = (
    "Run a small case of your own, such as two examples of whole numbers, and work one "
    "entry out by hand."
)
PARTS_NOT_REAL = "must hold real numbers"
_DIGITS = 4
_MOST_DIGITS = 17
_MOST_TIMES = 10**15


def spoken(
    quantity: str, operation: Operation, names: Mapping[str, str] | None = None
) -> str:
    """Return what students call a quantity, as the beginning of a sentence.

    Parameters
    ----------
    names
        What the assignment says instead, see ``Component.names``.
    """
    if names and quantity in names:
        return names[quantity]
    if quantity in operation.outputs:
        return _spoken_output(quantity, operation)
    source = operation.gradients.get(quantity)
    if source in operation.parameters:
        return f'grads["{source}"]'
    returned = [
        name for name in operation.differentiable if name in operation.arguments
    ]
    if len(returned) > 1:
        return f"The gradient for {source} that backward returns"
    return "The gradient that backward returns" if source else quantity


def _spoken_output(quantity: str, operation: Operation) -> str:
    if quantity == "loss":
        return "The loss"
    if quantity in operation.states:
        return f"{quantity} after forward"
    if operation.family is Family.FUNCTION:
        return f"The result {quantity}" if len(operation.outputs) > 1 else "The result"
    returned = [name for name in operation.outputs if name not in operation.states]
    if len(returned) > 1:
        return f"{quantity}, which forward returns,"
    return "The output of forward"


def two_numbers(expected: float, got: float) -> tuple[str, str]:
    """Write two numbers with as few digits as tell them apart, at least four."""
    # Adding 0 turns the -0 of a product into a 0 without a sign.
    expected, got = expected + 0.0, got + 0.0
    for digits in range(_DIGITS, _MOST_DIGITS + 1):
        texts = f"{expected:.{digits}g}", f"{got:.{digits}g}"
        if texts[0] != texts[1]:
            return texts
    return f"{expected:.{_DIGITS}g}", f"{got:.{_DIGITS}g}"


def inside(subject: str) -> str:
    """Return the name of a quantity as it stands within a sentence."""
    is_plain = subject.startswith(("The ", "All "))
    return subject[0].lower() + subject[1:] if is_plain else subject


def place(index: Index) -> str:
    """Write an index as students write it: ``[1, 0]``."""
    return f"[{', '.join(str(part) for part in index)}]"


def right(subject: str) -> str:
    """Say that a quantity is right."""
    return f"{subject} is right."


def accepted_shape(got: Index, right: Index) -> str:
    """Say that another shape of the same numbers will do."""
    return f"Shape {got} was accepted for {right}."


def wrong(subject: str, found: Comparison) -> str:
    """Say what differs, with both numbers at the worst entry."""
    if found.match is Match.NOT_REAL:
        return f"{subject} {PARTS_NOT_REAL}, but is of type {found.got.dtype}."
    if found.match is Match.SHAPE:
        return (
            f"{subject} has shape {found.got.shape}, but must have shape "
            f"{found.expected.shape}."
        )
    if found.match is Match.SINGLE:
        return f"{subject} {SINGLE_REFUSED}"
    index = found.worst or ()
    expected, got = two_numbers(float(found.expected[index]), float(found.got[index]))
    if not index:
        return f"{subject} is {got}; right is {expected}."
    text = (
        f"{subject} has the right shape {found.got.shape}, but entry {place(index)} "
        f"is {got}; right is {expected}."
    )
    return f"{text} {_share(found)}" if found.wrong.size > 1 else text


def _share(found: Comparison) -> str:
    """Say how many of several entries are off."""
    count, total = int(found.wrong.sum()), int(found.wrong.size)
    what = "nan or infinite" if found.match is Match.NOT_FINITE else "off"
    if count == total:
        return f"All {total} entries are {what}."
    return f"{count} of {total} entries {'is' if count == 1 else 'are'} {what}."


def distance(times: float, off: float, unit: float) -> str:
    """Say how far off an answer is, beside what rounding can do.

    Parameters
    ----------
    times
        How many units the answer is off.
    off, unit
        The largest error, and what changing each input in its last digit does.
    """
    return (
        "If every input changes in its last (16th) digit, the right answer moves by "
        f"about {unit:.1g}. Yours is off by {off:.2g}, {_many(times)} times as much. "
        f"Up to {_many(DOUBLE_BOUND)} times counts as rounding, up to "
        f"{_many(SINGLE_BOUND)} times as single precision (float32)."
    )


def _many(count: float) -> str:
    """Write a large number with two digits that count; students know no ``e+09``."""
    if count > _MOST_TIMES:
        return f"more than {_MOST_TIMES:,}"
    return f"{float(f'{count:.2g}'):,.0f}"


def smallest(operation: Operation) -> str:
    """Say that only the smallest case failed."""
    if operation.family is Family.FUNCTION:
        return "This was the smallest case; larger ones are right."
    sizes = {1: "one", 2: "two"}
    size = sizes.get(operation.smallest_batch, str(operation.smallest_batch))
    return f"This was a batch of {size}; larger batches are right."


def support(place: str) -> str:
    """Say where the wrong entries sit."""
    return f"The entries that are off are exactly those {place}."


def gradients_unreachable(reason: str, backward: str = "backward") -> str:
    """Say that forward already failed, so that backward could not run."""
    return f"{backward} could not be run: {reason}"


def earlier_ones(count: int, one: str, many: str) -> str:
    """Say that ``count`` earlier ones are right; ``one`` and ``many`` name them."""
    if count == 1:
        return f"The {one} before that is right."
    return f"The {count} {many} before that are right."
