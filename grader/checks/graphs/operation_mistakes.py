"""Known wrong engines in which the rule of one elementwise operation is wrong."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.checks.graphs.mistakes import EngineMistake
from grader.checks.graphs.program import Argument
from grader.checks.graphs.rules import PULLS, Pull
from grader.checks.graphs.tape import Engine
from grader.report import Diagnosis

CHAIN = ("chain",)

_FORGOTTEN = Diagnosis(
    "M27",
    "derivative of an operation forgotten",
    "Write one factor under every edge between this leaf and the output. Is there an "
    "edge along which your gradient does not change?",
)
_EXPONENT = Diagnosis(
    "M128",
    "exponent not lowered by one",
    "What is the slope of the cube of x at x = 2? Compare with what your rule for "
    "powers gives.",
)
_FACTOR = Diagnosis(
    "M204",
    "factor of the derivative missing",
    "What is the slope of the square of x at x = 3? Compare with what your rule for "
    "powers gives.",
)
_SIGN_LOST = Diagnosis(
    "M294",
    "sign of a local derivative lost",
    "Raise this leaf by a little and follow the change forward, operation by "
    "operation. Which of the values in between become smaller?",
)
_EXCHANGED = Diagnosis(
    "M125",
    "operands of an operation exchanged",
    "Compare 2 - x with x - 2, or 2 / x with x / 2, at x = 5. Which operand is self "
    "when the number stands on the left?",
)
_OWN_FACTOR = Diagnosis(
    "M334",
    "each factor gets itself as derivative",
    "Multiply 2 by 5, then raise the 2 by a little. By how much does the product "
    "move, and which of the two numbers says so?",
)
_INPUT_USED = Diagnosis(
    "M32",
    "derivative formula applied to the input",
    "Your formula for this derivative has a letter in it. Does it stand for what goes "
    "into the operation or for what comes out?",
)
_MASK = Diagnosis(
    "M35",
    "zero pattern taken from the upstream gradient",
    "What decides whether a unit was on: its input, or what comes back to it?",
)
_NUMERATOR = Diagnosis(
    "M335",
    "divisor not squared in its own derivative",
    "Take 6 / x at x = 2 and at x = 3. Does the slope shrink as fast as 1 / x or "
    "faster?",
)


def _wrong_rule(operation: str, pull: Pull) -> Engine:
    return Engine(pulls={**PULLS, operation: pull})


def _rule(
    diagnosis: Diagnosis,
    formula: str,
    operation: str,
    pull: Pull,
    topics: tuple[str, ...] = CHAIN,
) -> EngineMistake:
    engine = _wrong_rule(operation, pull)
    return EngineMistake(diagnosis, formula, engine, topics, frozenset({operation}))


def _passed_on(operation: str) -> EngineMistake:
    return _rule(
        _FORGOTTEN,
        f"{operation} hands its gradient on unchanged",
        operation,
        lambda g, out, xs, p: [g] * len(xs),
        ("constants",) if operation == "power" else CHAIN,
    )


def _turned(operation: str) -> EngineMistake:
    """Return that a number on the left is taken for one on the right."""

    def rewrite(name: str, given: Sequence[Any]) -> Sequence[Argument]:
        if name == operation and isinstance(given[0], int | float):
            return given[::-1]
        return given

    sign = "-" if operation == "subtract" else "/"
    return EngineMistake(
        _EXCHANGED,
        f"2 {sign} x is computed as x {sign} 2",
        Engine(rewrite=rewrite),
        ("values", "constants"),
        frozenset({operation}),
    )


def _divided_by_power(
    diagnosis: Diagnosis, formula: str, power: Pull, divide: Pull
) -> EngineMistake:
    """Return a wrong rule for powers in an engine that divides by means of it."""
    engine = Engine(pulls={**PULLS, "power": power, "divide": divide})
    topics = ("chain", "constants")
    return EngineMistake(diagnosis, formula, engine, topics, frozenset({"power"}))


FORGETTABLE = (
    "multiply",
    "relu",
    "tanh",
    "sigmoid",
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "power",
    "divide",
)


def _signs() -> tuple[EngineMistake, ...]:
    return (
        _rule(
            _SIGN_LOST,
            "a - b hands g to both",
            "subtract",
            lambda g, out, xs, p: [g, g],
        ),
        _rule(_SIGN_LOST, "-a hands g on", "negate", lambda g, out, xs, p: [g]),
        _rule(
            _SIGN_LOST,
            "the derivative of cos is sin",
            "cos",
            lambda g, out, xs, p: [g * np.sin(xs[0])],
        ),
        _rule(
            _SIGN_LOST,
            "the derivative of a / b for b is a / b**2",
            "divide",
            lambda g, out, xs, p: [g / xs[1], g * xs[0] / xs[1] ** 2],
        ),
    )


def _formulas() -> tuple[EngineMistake, ...]:
    return (
        _rule(
            _INPUT_USED,
            "the derivative of tanh is 1 - x**2",
            "tanh",
            lambda g, out, xs, p: [g * (1 - xs[0] ** 2)],
        ),
        _rule(
            _INPUT_USED,
            "the derivative of sigmoid is x * (1 - x)",
            "sigmoid",
            lambda g, out, xs, p: [g * xs[0] * (1 - xs[0])],
        ),
        _rule(
            _INPUT_USED,
            "the derivative of exp is x",
            "exp",
            lambda g, out, xs, p: [g * xs[0]],
        ),
        _rule(
            _FACTOR,
            "the derivative of sqrt is 1 / sqrt(x)",
            "sqrt",
            lambda g, out, xs, p: [g / out],
        ),
        _rule(
            _MASK,
            "relu masks by the sign of the upstream gradient",
            "relu",
            lambda g, out, xs, p: [g * (g > 0)],
        ),
        _rule(
            _NUMERATOR,
            "the derivative of a / b for b is -a / b",
            "divide",
            lambda g, out, xs, p: [g / xs[1], -g * xs[0] / xs[1]],
        ),
    )


def elementwise_mistakes() -> tuple[EngineMistake, ...]:
    """Return the mistakes of operations that act on each entry by itself."""
    return (
        *(_passed_on(operation) for operation in FORGETTABLE),
        *_signs(),
        *_formulas(),
        _rule(
            _OWN_FACTOR,
            "a * b hands g * a to a and g * b to b",
            "multiply",
            lambda g, out, xs, p: [g * xs[0], g * xs[1]],
        ),
        _rule(
            _EXPONENT,
            "the derivative of a**n is n * a**n",
            "power",
            lambda g, out, xs, p: [g * xs[1] * out],
            ("constants",),
        ),
        _rule(
            _FACTOR,
            "the derivative of a**n is a**(n - 1)",
            "power",
            lambda g, out, xs, p: [g * xs[0] ** (xs[1] - 1)],
            ("constants",),
        ),
        _divided_by_power(
            _EXPONENT,
            "the derivative of a**n is n * a**n, and a / b is a * b**-1",
            lambda g, out, xs, p: [g * xs[1] * out],
            lambda g, out, xs, p: [g / xs[1], -g * xs[0] / xs[1]],
        ),
        _divided_by_power(
            _FACTOR,
            "the derivative of a**n is a**(n - 1), and a / b is a * b**-1",
            lambda g, out, xs, p: [g * xs[0] ** (xs[1] - 1)],
            lambda g, out, xs, p: [g / xs[1], g * xs[0] / xs[1] ** 2],
        ),
        _turned("subtract"),
        _turned("divide"),
    )
