"""What goes wrong in a Gaussian error linear unit.

Every mistake is stated for the gate that ``x`` is multiplied by: ``Phi(x)``, or
``(1 + tanh(u)) / 2`` where the conventions ask for the approximation.
"""

import math

import numpy as np

from reference.error_function import erfc
from reference.misconceptions.activations import (
    inner_derivative_entry,
    lost_constant_entry,
    missing_factor_entry,
    product_rule_entries,
    slope_only,
    with_slope,
)
from reference.misconceptions.backward import activation_entries, scaled
from reference.misconceptions.base import Misconception, Wrong
from reference.operations.base import Array, Arrays, Operation

_CUBIC = 0.044715
_SCALE = math.sqrt(2.0 / math.pi)


def _is_exact(operation: Operation) -> bool:
    return getattr(operation, "approximation", "none") == "none"


def _by_erf(x: Array, scale: float) -> tuple[Array, Array]:
    """Return ``(1 + erf(scale * x)) / 2`` and its derivative."""
    slope = scale * np.exp(-((scale * x) ** 2)) / math.sqrt(math.pi)
    return 0.5 * erfc(-scale * x), slope


def _by_tanh(x: Array, scale: float, cubic: float) -> tuple[Array, Array]:
    """Return ``(1 + tanh(u)) / 2`` with ``u = scale * x + cubic * x**3``."""
    value = np.tanh(scale * x + cubic * x**3)
    inner = scale + 3.0 * cubic * x**2
    return 0.5 * (1.0 + value), 0.5 * (1.0 - value**2) * inner


def _gate(operation: Operation, x: Array) -> tuple[Array, Array]:
    if _is_exact(operation):
        return _by_erf(x, math.sqrt(0.5))
    return _by_tanh(x, _SCALE, _SCALE * _CUBIC)


def _with_gate(arrays: Arrays, gate: Array, slope: Array) -> dict[str, Array]:
    x = arrays["x"]
    return with_slope(arrays, x * gate, gate + x * slope)


def _inner_forgotten(operation: Operation, x: Array) -> Array:
    gate, slope = _gate(operation, x)
    if _is_exact(operation):
        return gate + x * slope * math.sqrt(2.0)
    return gate + 2.0 * x * gate * (1.0 - gate)


def _constant_forgotten(operation: Operation, x: Array) -> Array:
    gate, slope = _gate(operation, x)
    if _is_exact(operation):
        return gate + x * slope * math.sqrt(2.0 * math.pi)
    inner = _SCALE * (1.0 + _CUBIC * x**2)
    return gate + 2.0 * x * gate * (1.0 - gate) * inner


def _unscaled(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    x = arrays["x"]
    gate = _by_erf(x, 1.0) if _is_exact(operation) else _by_tanh(x, 1.0, _CUBIC)
    return _with_gate(arrays, *gate)


def _not_halved(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    answered = operation.quantities if "grad_out" in arrays else operation.outputs
    return scaled(operation, arrays, 2.0, *answered)


def _by_sigmoid(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    gate = 0.5 * (1.0 + np.tanh(0.851 * arrays["x"]))
    return _with_gate(arrays, gate, 1.702 * gate * (1.0 - gate))


def _lost_constant(formula: str, wrong: Wrong) -> Misconception:
    hint = (
        "A standard normal number is below 1 with probability 0.841. What do your code "
        "and your formula give at x = 1?"
    )
    return lost_constant_entry("gelu", hint, formula, wrong)


MISCONCEPTIONS = (
    *activation_entries("gelu"),
    missing_factor_entry(
        "gelu",
        "Compare your gradient at x = 1 with the difference of two outputs close by. "
        "Which constants does the derivative of the gate contain on paper?",
        "1 / sqrt(2*pi) of the density is missing; for tanh, the 3 of 3 * x**2",
        slope_only(_constant_forgotten),
    ),
    inner_derivative_entry(
        "gelu",
        "The gate is a function of a multiple or of a polynomial of x. Where is the "
        "derivative of that inner part in your gradient?",
        "erf'(x / sqrt(2)) without 1 / sqrt(2); for tanh, 1 - tanh(u)**2 without u'",
        slope_only(_inner_forgotten),
    ),
    *product_rule_entries("gelu", _gate, "gate(x)", "x * gate'(x)"),
    _lost_constant("erf(x) for erf(x / sqrt(2)); u without sqrt(2/pi)", _unscaled),
    _lost_constant("out = x * (1 + erf(x / sqrt(2))), or with tanh(u)", _not_halved),
    Misconception(
        id="M209",
        operation="gelu",
        title="another approximation than the one asked for",
        hint=(
            "Several formulas are in use under this name. Which one does the handout "
            "print, and which one did you program?"
        ),
        formula="out = x * sigmoid(1.702 * x)",
        wrong=_by_sigmoid,
    ),
)
