"""What goes wrong when gradients are clipped by value.

A small bias may have no entry that shows a mistake about one side of the limit, so
those are stated for the weight only.
"""

from collections.abc import Callable

import numpy as np

from reference.misconceptions.at_kinks import both_entry, neither_entry
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.clippings import GRADIENTS, confused_entry, limit_entry
from reference.misconceptions.conventions import chosen
from reference.operations.base import Array, Arrays, Operation

_NAME = "clip_by_value"
_HABIT = 1.0

Cut = Callable[[Array, float], Array]


def _only_above(gradient: Array, limit: float) -> Array:
    return np.minimum(gradient, limit)


def _from_zero(gradient: Array, limit: float) -> Array:
    return np.clip(gradient, 0.0, limit)


def _set_to_zero(gradient: Array, limit: float) -> Array:
    return np.where(np.abs(gradient) > limit, 0.0, gradient)


def _sign_lost(gradient: Array, limit: float) -> Array:
    return np.minimum(np.abs(gradient), limit)


def _exchanged(gradient: Array, limit: float) -> Array:
    return np.sign(gradient) * np.maximum(np.abs(gradient), limit)


def _of_weight(cut: Cut) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        limit = chosen(operation)["limit"]
        return {"clipped_weight": cut(arrays["grad_weight"], limit)}

    wrong.__name__ = cut.__name__
    return wrong


def _of_both(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    limit = chosen(operation)["limit"]
    return {
        name: _exchanged(arrays[gradient], limit)
        for name, gradient in GRADIENTS.items()
    }


def _limit_ignored(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if chosen(operation)["limit"] == _HABIT:
        return {}
    return {"clipped_weight": np.clip(arrays["grad_weight"], -_HABIT, _HABIT)}


def _at_limit(count: float) -> Wrong:
    """Return the mistake of counting an entry at the limit so often."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        limit, right = chosen(operation)["limit"], operation.answer(arrays)
        return {
            name: np.where(np.abs(arrays[source]) == limit, count, 1.0) * right[name]
            for name, source in GRADIENTS.items()
        }

    return wrong


def _by_norm(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    gradients = {name: arrays[source] for name, source in GRADIENTS.items()}
    squares = sum(np.sum(np.square(gradient)) for gradient in gradients.values())
    share = min(1.0, chosen(operation)["limit"] / np.sqrt(squares))
    return {name: share * gradient for name, gradient in gradients.items()}


MISCONCEPTIONS = (
    Misconception(
        id="M146",
        operation=_NAME,
        title="limit ignored",
        hint="Clip the same gradients with half the limit. Does the result change?",
        formula="clipped = min(max(grad, -1), 1)",
        wrong=_limit_ignored,
    ),
    confused_entry(_NAME, "clipped = grad * min(1, limit / norm)", _by_norm),
    limit_entry(_NAME, "clipped = min(grad, limit)", _of_weight(_only_above)),
    limit_entry(_NAME, "clipped = min(max(grad, 0), limit)", _of_weight(_from_zero)),
    limit_entry(_NAME, "clipped = 0 beyond the limit", _of_weight(_set_to_zero)),
    limit_entry(_NAME, "clipped = min(abs(grad), limit)", _of_weight(_sign_lost)),
    limit_entry(_NAME, "clipped = sign(grad) * max(abs(grad), limit)", _of_both),
    neither_entry(
        _NAME, "grad where abs(grad) < limit, the limit where >", _at_limit(0)
    ),
    both_entry(
        _NAME, "grad where abs(grad) <= limit, the limit where >=", _at_limit(2)
    ),
)
