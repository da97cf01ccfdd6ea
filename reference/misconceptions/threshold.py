"""What goes wrong in the threshold of the perceptron."""

import numpy as np

from reference.misconceptions.activations import wrong_way_round_entry
from reference.misconceptions.base import Misconception, VisibleOn, Wrong
from reference.operations.base import Array, Arrays, Operation


def _fires_below(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": 1.0 - operation.answer(arrays)["out"]}


def _signs(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": 2.0 * operation.answer(arrays)["out"] - 1.0}


def _passed_on(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return {"out": arrays["x"] * operation.answer(arrays)["out"]}


def _at_one_half(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return operation.answer({"x": arrays["x"] - 0.5})


def _other_side_of_zero(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    zero = operation.answer({"x": np.zeros(1)})["out"].item()
    return {"out": np.heaviside(arrays["x"], 0.0 if zero else 1.0)}


def _values(formula: str, wrong: Wrong) -> Misconception:
    return Misconception(
        id="M214",
        operation="threshold",
        title="other values than 0 and 1",
        hint=(
            "Print the different values that occur in your output. Are they the two "
            "that the definition names?"
        ),
        formula=formula,
        wrong=wrong,
    )


def _boundary(
    formula: str, wrong: Wrong, visible_on: VisibleOn = VisibleOn.DRAWS
) -> Misconception:
    return Misconception(
        id="M215",
        operation="threshold",
        title="boundary in the wrong place",
        hint=(
            "Put -0.1, 0, 0.1 and 1 into your function. Between which two does it "
            "change, and on which side of the definition does the boundary itself lie?"
        ),
        formula=formula,
        wrong=wrong,
        visible_on=visible_on,
    )


MISCONCEPTIONS = (
    wrong_way_round_entry(
        "threshold",
        "Which of your units fire: those with a large input or those with a small one? "
        "What does the definition say?",
        "out = 1 where x < 0, 0 elsewhere",
        _fires_below,
    ),
    _values("out = 1 where x >= 0, -1 elsewhere", _signs),
    _values("out = x where x >= 0, 0 elsewhere", _passed_on),
    _boundary("out = 1 where x >= 1/2, 0 elsewhere", _at_one_half),
    _boundary(
        "x > 0 in place of x >= 0, or the reverse",
        _other_side_of_zero,
        VisibleOn.STABILITY,
    ),
)
