"""The plain recurrent step as formulas that can be made wrong, and its mistakes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from reference.misconceptions.at_kinks import divided_entry
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import as_it_is, changed, entries_of
from reference.misconceptions.recurrence import (
    States,
    Terms,
    logistic,
    logistic_slope,
    overflowing_tanh,
    tanh_slope,
    with_cell,
)
from reference.misconceptions.recurrent import (
    not_transposed_entry,
    other_state_entry,
    overflow_entry,
    step_entries,
    with_options,
    wrong_nonlinearity_entry,
)
from reference.operations.base import Array, Arrays, Operation

Function = Callable[[Array], Array]
Saved = tuple[Array, Array, Array, Array]


def _relu(sums: Array) -> Array:
    return np.maximum(sums, 0.0)


def _relu_slope(value: Array) -> Array:
    return np.heaviside(value, 0.0)


def is_tanh(operation: Operation) -> bool:
    """Tell which of the two nonlinearities is asked for."""
    return bool(vars(operation)["nonlinearity"] == "tanh")


@dataclass(frozen=True)
class PlainStep:
    """One step with a choice of mistakes; by default there are none.

    Parameters
    ----------
    value
        In place of the nonlinearity.
    slope
        In place of its derivative, as a function of the value and of the sums.
    turn
        What is done to ``weight_h`` on the way back.
    own_state
        Whether the gradient for ``weight_h`` is made with the state after the step.
    bias_rows
        Whether that for the bias is left as it is, one row per example.
    """

    value: Function | None = None
    slope: Callable[[Array, Array], Array] | None = None
    turn: Function = np.transpose
    own_state: bool = False
    bias_rows: bool = False

    def forward(
        self, operation: Operation, arrays: Arrays, x: Array, states: States
    ) -> tuple[States, Saved]:
        """Return the next state."""
        h = states["h"]
        sums = x @ arrays["weight_x"] + h @ arrays["weight_h"] + arrays["bias"]
        right = np.tanh if is_tanh(operation) else _relu
        value = (self.value or right)(sums)
        return {"h": value}, (x, h, sums, value)

    def backward(
        self, operation: Operation, arrays: Arrays, saved: Saved, grads: States
    ) -> Terms:
        """Return the gradients of one step."""
        x, h, sums, value = saved
        if self.slope is None:
            slope = tanh_slope(value) if is_tanh(operation) else _relu_slope(value)
        else:
            slope = self.slope(value, sums)
        inner = grads["h"] * slope
        left = value if self.own_state else h
        return {
            "x": inner @ arrays["weight_x"].T,
            "h": inner @ self.turn(arrays["weight_h"]),
            "weight_x": x.T @ inner,
            "weight_h": left.T @ inner,
            "bias": inner if self.bias_rows else inner.sum(axis=0),
        }


def _with_slope(slope: Callable[[Array, Array], Array]) -> Wrong:
    return with_cell(PlainStep(slope=slope))


def _tanh_only(wrong: Wrong) -> Wrong:
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return wrong(operation, arrays) if is_tanh(operation) else {}

    return guarded


def _relu_only(wrong: Wrong) -> Wrong:
    def guarded(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        return {} if is_tanh(operation) else wrong(operation, arrays)

    return guarded


def _slope_of_the_other(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = _relu_slope if is_tanh(operation) else tanh_slope
    return _with_slope(lambda value, sums: other(value))(operation, arrays)


def _other_nonlinearity(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    other = "relu" if is_tanh(operation) else "tanh"
    asked = with_options(operation, nonlinearity=other)
    return changed(operation, arrays, asked.answer(arrays))


def _through_logistic() -> PlainStep:
    return PlainStep(logistic, lambda value, sums: logistic_slope(value))


def _derivatives(name: str) -> tuple[Misconception, ...]:
    entry = entries_of(name)
    other = partial(
        entry,
        "M25",
        "derivative of another activation",
        "Which function did forward apply to the sums? Is it the one that you "
        "differentiated, also far away from 0?",
    )
    tanh = partial(
        entry,
        "M33",
        "derivative of tanh with a wrong term",
        "Work out the derivative of tanh at 1 by hand, from two values close to 1 if "
        "you like. Does your formula give that number?",
    )
    return (
        other(
            "grad_sums = grad_h * h * (1 - h)",
            _with_slope(lambda value, sums: logistic_slope(value)),
        ),
        other("(h > 0) for tanh, or 1 - h**2 for relu", _slope_of_the_other),
        entry(
            "M27",
            "derivative of the activation forgotten",
            "List every function between the sums and the loss. Does each of them "
            "appear in your gradient for the sums?",
            "grad_sums = grad_h",
            _with_slope(lambda value, sums: np.ones_like(value)),
        ),
        entry(
            "M31",
            "derivative evaluated at the activated value",
            "Which number do you pass to your derivative: a sum, or something that has "
            "been through the activation already?",
            "grad_sums = grad_h * (1 - tanh(h)**2)",
            _tanh_only(_with_slope(lambda value, sums: tanh_slope(np.tanh(value)))),
        ),
        tanh(
            "grad_sums = grad_h * (1 - h)",
            _tanh_only(_with_slope(lambda value, sums: 1.0 - value)),
        ),
        tanh(
            "grad_sums = grad_h * (1 - sums**2)",
            _tanh_only(_with_slope(lambda value, sums: 1.0 - sums**2)),
        ),
    )


def plain_entries(name: str) -> tuple[Misconception, ...]:
    """Return what can go wrong in a plain recurrent step."""
    right = PlainStep()
    nonlinearity = partial(wrong_nonlinearity_entry, name)
    return (
        *step_entries(name, replace(right, bias_rows=True)),
        *_derivatives(name),
        not_transposed_entry(name, replace(right, turn=as_it_is)),
        other_state_entry(name, replace(right, own_state=True)),
        nonlinearity("next_h = 1 / (1 + exp(-sums))", with_cell(_through_logistic())),
        nonlinearity("relu for tanh, or tanh for relu", _other_nonlinearity),
        overflow_entry(
            name,
            "tanh = (exp(s) - exp(-s)) / (exp(s) + exp(-s))",
            replace(right, value=overflowing_tanh),
        ),
        divided_entry(
            name,
            "relu: grad_sums = grad_h * h / sums",
            _relu_only(_with_slope(lambda value, sums: value / sums)),
        ),
    )
