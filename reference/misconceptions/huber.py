"""What goes wrong in a Huber loss.

``d`` are predictions minus targets. The parabola is ``d**2 / 2`` and the line
``delta * (abs(d) - delta / 2)``; with ``form = "smooth_l1"`` both are divided by
``delta``, and so are the mistakes.
"""

import numpy as np

from reference.misconceptions.at_kinks import both_entry, neither_entry
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.differences import Formula, sloped, summed
from reference.misconceptions.losses import entrywise_entries, loss_entry
from reference.operations.base import Array, Arrays, Operation

_NAME = "huber"


def _delta(operation: Operation) -> float:
    delta: float = operation.sizes({})["delta"]
    return delta


def _unit(operation: Operation) -> float:
    """Return what value and slope are divided by in this form."""
    is_smooth = chosen(operation)["form"] == "smooth_l1"
    return _delta(operation) if is_smooth else 1.0


def _parabola(operation: Operation, d: Array) -> Array:
    value: Array = d**2 / 2.0 / _unit(operation)
    return value


def _line(operation: Operation, d: Array) -> Array:
    delta = _delta(operation)
    line: Array = delta * (np.abs(d) - delta / 2.0) / _unit(operation)
    return line


def _inner_slope(operation: Operation, d: Array) -> Array:
    return d / _unit(operation)


def _outer_slope(operation: Operation, d: Array) -> Array:
    return _delta(operation) * np.sign(d) / _unit(operation)


def _near(operation: Operation, d: Array) -> Array:
    near: Array = np.abs(d) <= _delta(operation)
    return near


def _where(is_inside: Formula, inside: Formula, outside: Formula) -> Formula:
    def piecewise(operation: Operation, d: Array) -> Array:
        return np.where(
            is_inside(operation, d), inside(operation, d), outside(operation, d)
        )

    return piecewise


def _far(operation: Operation, d: Array) -> Array:
    return np.abs(d) > _delta(operation)


def _at_seam(count: float) -> Wrong:
    """Return the mistake of counting the seam so often."""

    def counted(formula: Formula) -> Formula:
        def value(operation: Operation, d: Array) -> Array:
            at_seam = np.abs(d) == _delta(operation)
            return np.where(at_seam, count, 1.0) * formula(operation, d)

        return value

    return summed(
        counted(_where(_near, _parabola, _line)),
        counted(_where(_near, _inner_slope, _outer_slope)),
    )


def _signless_line(operation: Operation, d: Array) -> Array:
    delta = _delta(operation)
    line: Array = delta * (d - delta / 2.0) / _unit(operation)
    return line


def _signless_slope(operation: Operation, d: Array) -> Array:
    return np.full_like(d, _delta(operation) / _unit(operation))


def _loss_only(value: Formula) -> Wrong:
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return {"loss": summed(value, value)(operation, arrays)["loss"]}

    return wrong


def _other_form(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    given = chosen(operation)["form"]
    other = "huber" if given == "smooth_l1" else "smooth_l1"
    return answered_under(operation, arrays, form=other)


def _delta_fixed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return answered_under(operation, arrays, delta=1.0)


def _entry(
    number: str, title: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    return Misconception(number, _NAME, title, hint, formula, wrong)


MISCONCEPTIONS = (
    *entrywise_entries(_NAME, "grad_predictions = f * clip(-d, -delta, delta)"),
    _entry(
        "M08",
        "factor 1/2 of the parabola missing",
        "Compute both parts of your loss where the difference is exactly delta. Do "
        "they meet there?",
        "d**2 where abs(d) <= delta",
        summed(
            _where(_near, lambda asked, d: 2.0 * _parabola(asked, d), _line),
            _where(_near, lambda asked, d: 2.0 * _inner_slope(asked, d), _outer_slope),
        ),
    ),
    loss_entry(
        "M65",
        _NAME,
        "grad_predictions = f * delta * d where abs(d) > delta",
        sloped(
            _where(
                _near,
                _inner_slope,
                lambda asked, d: d * _delta(asked) / _unit(asked),
            )
        ),
    ),
    _entry(
        "M146",
        "delta argument ignored",
        "Construct the loss with another delta. Does its value change for a difference "
        "of 10?",
        "delta = 1 whatever was asked for",
        _delta_fixed,
    ),
    _entry(
        "M201",
        "mask the wrong way round",
        "Which of the two parts belongs to small differences? Try 0.01 and 100: for "
        "which of them should the loss be squared?",
        "the parabola where abs(d) > delta, the line where it is not",
        summed(
            _where(_far, _parabola, _line),
            _where(_far, _inner_slope, _outer_slope),
        ),
    ),
    _entry(
        "M204",
        "factor of the derivative missing",
        "How steep are the two parts of your loss where the difference is just below "
        "and just above delta? Does your gradient jump there?",
        "grad_predictions = f * (d where abs(d) <= delta, sign(d) elsewhere)",
        sloped(_where(_near, lambda asked, d: d, lambda asked, d: np.sign(d))),
    ),
    _entry(
        "M208",
        "constant of the formula lost",
        "Compute both parts of your loss where the difference is exactly delta. Do "
        "they meet, and which number would make them?",
        "delta * abs(d) where abs(d) > delta",
        _loss_only(
            _where(
                _near,
                _parabola,
                lambda asked, d: np.abs(d) * _delta(asked) / _unit(asked),
            )
        ),
    ),
    loss_entry(
        "M264",
        _NAME,
        "the line is delta * (d - delta / 2), its slope delta",
        summed(
            _where(_near, _parabola, _signless_line),
            _where(_near, _inner_slope, _signless_slope),
        ),
    ),
    _entry(
        "M270",
        "one form of the loss in place of the other",
        "How steep should the straight part be, according to the handout? How steep is "
        "yours?",
        "loss and gradient are divided by delta where they should not, or the reverse",
        _other_form,
    ),
    loss_entry("M275", _NAME, "d**2 / 2 everywhere", summed(_parabola, _inner_slope)),
    loss_entry(
        "M275",
        _NAME,
        "delta * (abs(d) - delta / 2) everywhere",
        summed(_line, _outer_slope),
    ),
    neither_entry(
        _NAME, "the parabola where abs(d) < delta, the line where >", _at_seam(0.0)
    ),
    both_entry(
        _NAME, "the parabola where abs(d) <= delta, the line where >=", _at_seam(2.0)
    ),
)
