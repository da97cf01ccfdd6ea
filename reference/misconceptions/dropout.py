"""What goes wrong in dropout.

With the probability q of being kept, entries are multiplied by a scale: by 1/q while
training if ``scaling`` is ``"inverted"``, by q in evaluation if it is
``"test_scaled"``, and by 1 otherwise.
"""

from functools import wraps

import numpy as np

from reference.misconceptions.activations import with_slope, wrong_way_round_entry
from reference.misconceptions.backward import (
    averaged_entry,
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation


def _keep(operation: Operation) -> float:
    return getattr(operation, "keep", 1.0)


def _trains(operation: Operation) -> bool:
    return getattr(operation, "mode", "training") == "training"


def _is_scaled(operation: Operation) -> bool:
    """Tell whether the scale is not 1 in this mode."""
    in_mode = "inverted" if _trains(operation) else "test_scaled"
    return getattr(operation, "scaling", "inverted") == in_mode


def _applied(operation: Operation, keep: float) -> float:
    """Return the scale that belongs to this mode, if there is one in it."""
    return 1.0 / keep if _trains(operation) else keep


def _scale(operation: Operation) -> float:
    return _applied(operation, _keep(operation)) if _is_scaled(operation) else 1.0


def _scaled_by(operation: Operation, arrays: Arrays, scale: float) -> dict[str, Array]:
    """Return the answer under another scale, and nothing if it is the right one."""
    if scale == _scale(operation):
        return {}
    x = arrays["x"]
    kept = arrays.get("mask", np.ones_like(x)) * scale
    return with_slope(arrays, x * kept, kept)


def _while_training(wrong: Wrong) -> Wrong:
    """Return nothing in evaluation, where there is no mask."""

    @wraps(wrong)
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if _trains(operation) else {}

    return guarded


def _scaled_elsewhere(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = 1.0 if _is_scaled(operation) else _applied(operation, _keep(operation))
    return _scaled_by(operation, arrays, other)


def _rate_confused(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    drop = 1.0 - _keep(operation)
    if not _is_scaled(operation) or not drop:
        return {}
    return _scaled_by(operation, arrays, _applied(operation, drop))


def _reciprocal(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _scaled_by(operation, arrays, 1.0 / _scale(operation))


@needs_upstream
def _scale_not_applied(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = _scaled_by(operation, arrays, 1.0)
    return {"grad_x": found["grad_x"]} if found else {}


@needs_upstream
@_while_training
def _mask_not_applied(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"grad_x": arrays["grad_out"] * _scale(operation)}


@needs_upstream
@_while_training
def _nothing_applied(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if not _is_scaled(operation):
        return {}
    return {"grad_x": arrays["grad_out"].copy()}


@_while_training
def _evaluated(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    is_scaled = getattr(operation, "scaling", "inverted") == "test_scaled"
    scale = _keep(operation) if is_scaled else 1.0
    return with_slope(arrays, x * scale, np.full_like(x, scale))


@_while_training
def _dropped_kept(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    factor = ~arrays["mask"] * _scale(operation)
    return with_slope(arrays, arrays["x"] * factor, factor)


def _entry(
    number: str, title: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    return Misconception(number, "dropout", title, hint, formula, wrong)


def _mask_lost(formula: str, wrong: Wrong) -> Misconception:
    return _entry(
        "M89",
        "mask not applied on the way back",
        "Which units took part in this forward pass? Can the others have had any "
        "influence on the loss?",
        formula,
        wrong,
    )


MISCONCEPTIONS = (
    averaged_entry("dropout"),
    negated_entry("dropout"),
    ignored_upstream_entry("dropout", "grad_x = mask / q"),
    _entry(
        "M86",
        "rescaling missing or in the wrong mode",
        "Compare the average output of a unit in training and in evaluation. In which "
        "of the two modes does the handout put the factor that makes up for dropping?",
        "scale = 1 where there is one, and a scale where there is none",
        _scaled_elsewhere,
    ),
    _entry(
        "M87",
        "probabilities of dropping and of keeping confused",
        "Try a rate of 0.1 in place of 0.5. Is your rate the probability that a unit "
        "stays or that it goes, and does the scale agree with that?",
        "scale = 1 / (1 - q), or 1 - q in evaluation",
        _rate_confused,
    ),
    _mask_lost("grad_x = grad_out / q", _mask_not_applied),
    _mask_lost("grad_x = grad_out", _nothing_applied),
    _entry(
        "M90",
        "scale not applied on the way back",
        "By which number did forward multiply the units that stayed? What does that "
        "make of the derivative?",
        "grad_x = grad_out * mask",
        _scale_not_applied,
    ),
    _entry(
        "M91",
        "training and evaluation confused",
        "Count the zeros in your output while training. What should happen to units in "
        "this mode, and what in the other one?",
        "out = x while training",
        _evaluated,
    ),
    wrong_way_round_entry(
        "dropout",
        "What does a true entry of the mask mean for its unit? Compare the zeros of "
        "your output with those of the mask.",
        "out = x * (1 - mask) / q",
        _dropped_kept,
    ),
    _entry(
        "M219",
        "multiplied by the scale instead of divided, or the reverse",
        "Dropping makes the sum over the units smaller. Should the factor that makes "
        "up for it be larger or smaller than one in this mode?",
        "scale = q while training, or 1/q in evaluation",
        _reciprocal,
    ),
)
