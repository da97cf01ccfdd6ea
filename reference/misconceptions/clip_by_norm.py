"""What goes wrong when gradients are clipped by norm."""

from collections.abc import Callable
from functools import partial

import numpy as np

from reference.misconceptions.at_kinks import both_entry, neither_entry
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.clippings import GRADIENTS, confused_entry, limit_entry
from reference.misconceptions.conventions import answered_under, chosen, only_changed
from reference.operations.base import Array, Arrays, Operation

_NAME = "clip_by_norm"
_OTHER = {"global": "parameter", "parameter": "global"}

Norm = Callable[[Array], float]
"""Takes all entries that go together, along one axis."""
Factor = Callable[[float, float], float]
"""Takes the norm and the limit."""


def _euclidean(entries: Array) -> float:
    return float(np.sqrt(np.sum(np.square(entries))))


def _squared(entries: Array) -> float:
    return float(np.sum(np.square(entries)))


def _absolute(entries: Array) -> float:
    return float(np.sum(np.abs(entries)))


def _greatest(entries: Array) -> float:
    return float(np.max(np.abs(entries)))


def _shortened(norm: float, limit: float) -> float:
    return min(1.0, limit / norm)


def _lengthened(norm: float, limit: float) -> float:
    return max(1.0, limit / norm)


def _always(norm: float, limit: float) -> float:
    return limit / norm


def _upside_down(norm: float, limit: float) -> float:
    return 1.0 if norm <= limit else norm / limit


def _groups(operation: Operation, arrays: Arrays) -> list[list[Array]]:
    """Return the gradients that have one norm together."""
    gradients = [arrays[name] for name in GRADIENTS.values()]
    if chosen(operation)["per"] == "parameter":
        return [[gradient] for gradient in gradients]
    return [gradients]


def _clipped(
    operation: Operation, arrays: Arrays, norm: Norm, factor: Factor
) -> dict[str, Array]:
    """Clip with another norm or by another factor."""
    given = chosen(operation)
    clipped = []
    for group in _groups(operation, arrays):
        entries = np.concatenate([gradient.ravel() for gradient in group])
        share = factor(norm(entries) + given["eps"], given["limit"])
        clipped += [share * gradient for gradient in group]
    found = dict(zip(GRADIENTS, clipped, strict=True))
    return only_changed(operation, arrays, found)


def _acts(operation: Operation, arrays: Arrays) -> bool:
    """Tell whether right code shortens anything."""
    right = operation.answer(arrays)
    return any(
        (right[name] != arrays[gradient]).any() for name, gradient in GRADIENTS.items()
    )


def _where_it_acts(norm: Norm, factor: Factor) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        if not _acts(operation, arrays):
            return {}
        return _clipped(operation, arrays, norm, factor)

    wrong.__name__ = f"{norm.__name__}{factor.__name__}"
    return wrong


def _exchanged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _clipped(operation, arrays, _euclidean, _lengthened)


def _always_scaled(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if _acts(operation, arrays):
        return {}
    return _clipped(operation, arrays, _euclidean, _always)


def _other_group(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = _OTHER[chosen(operation)["per"]]
    found = answered_under(operation, arrays, per=other)
    return only_changed(operation, arrays, found)


def _by_value(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    limit = chosen(operation)["limit"]
    found = {
        name: np.clip(arrays[gradient], -limit, limit)
        for name, gradient in GRADIENTS.items()
    }
    return only_changed(operation, arrays, found)


def _to_one(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = answered_under(operation, arrays, limit=1.0)
    return only_changed(operation, arrays, found)


def _at_limit(count: float) -> Wrong:
    """Return the mistake of counting gradients exactly at the limit so often."""

    def share(norm: float, limit: float) -> float:
        return count if norm == limit else _shortened(norm, limit)

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return _clipped(operation, arrays, _euclidean, share)

    return wrong


_entry = partial(Misconception, operation=_NAME)
_norm = partial(
    _entry,
    id="M223",
    title="norm of another kind",
    hint=(
        "Which norm does your code give the gradient (3, 4), and which one should it "
        "give?"
    ),
)

MISCONCEPTIONS = (
    _entry(
        id="M146",
        title="limit ignored",
        hint="Clip the same gradients with twice the limit. Does the result change?",
        formula="clipped = grad * min(1, 1 / norm)",
        wrong=_to_one,
    ),
    _entry(
        id="M220",
        title="root forgotten",
        hint=(
            "Double every gradient. By which factor does your norm grow, and by which "
            "one should it?"
        ),
        formula="norm = sum of squares",
        wrong=_where_it_acts(_squared, _shortened),
    ),
    _entry(
        id="M222",
        title="one norm for all gradients confused with one for each",
        hint=(
            "How many different factors does your code multiply gradients by, and how "
            "many should there be? What becomes of the direction of the whole step?"
        ),
        formula="the norm of each gradient in place of that of all, or the reverse",
        wrong=_other_group,
    ),
    _norm(
        formula="norm = sum of absolute values",
        wrong=_where_it_acts(_absolute, _shortened),
    ),
    _norm(
        formula="norm = largest absolute value",
        wrong=_where_it_acts(_greatest, _shortened),
    ),
    _entry(
        id="M229",
        title="ratio upside down",
        hint="Is the norm of what you return larger or smaller than the limit?",
        formula="clipped = grad * norm / limit where the norm exceeds the limit",
        wrong=_where_it_acts(_euclidean, _upside_down),
    ),
    confused_entry(_NAME, "clipped = min(max(grad, -limit), limit)", _by_value),
    limit_entry(_NAME, "clipped = grad * max(1, limit / norm)", _exchanged),
    limit_entry(
        _NAME, "clipped = grad * limit / norm for short ones too", _always_scaled
    ),
    neither_entry(
        _NAME, "grad where norm < limit, grad * limit / norm where >", _at_limit(0.0)
    ),
    both_entry(
        _NAME, "grad where norm <= limit, plus the clipped one where >=", _at_limit(2.0)
    ),
)
