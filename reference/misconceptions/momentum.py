"""What goes wrong in gradient descent with momentum.

The forms ``velocity``, ``displacement`` and ``accumulated`` take the same path, and
``average`` takes it ``1 - momentum`` times as fast, so most mistakes are stated for the
running velocity with a ``gain`` on the gradient. ``two_term`` is another rule.
"""

import numpy as np

from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.optimizers import (
    ignored_entry,
    no_rate,
    rate_twice_entry,
    swapped_entry,
    upwards,
)
from reference.misconceptions.paths import Step, replay, settings, stretched
from reference.operations.base import Array, Arrays, Operation

_HABIT = 0.9


def _gain(operation: Operation) -> float:
    chosen = settings(operation)
    return 1.0 - chosen.momentum if chosen.form == "average" else 1.0


def _is_two_term(operation: Operation) -> bool:
    return settings(operation).form == "two_term"


def _running(rate: float, momentum: float) -> Step:
    def rule(velocity: Array, gradient: Array, number: int) -> tuple[Array, Array]:
        velocity = momentum * velocity - rate * gradient
        return velocity, velocity

    return rule


def _two_terms(rate: float, momentum: float) -> Step:
    def rule(previous: Array, gradient: Array, number: int) -> tuple[Array, Array]:
        return gradient, -rate * (momentum * previous + gradient)

    return rule


def _with_momentum(
    operation: Operation, arrays: Arrays, momentum: float
) -> dict[str, Array]:
    """Replay the right form with another momentum in place of the one asked for."""
    chosen = settings(operation)
    if momentum == chosen.momentum:
        return {}
    if chosen.form == "two_term":
        return replay(arrays, _two_terms(chosen.lr, momentum))
    gain = 1.0 - momentum if chosen.form == "average" else 1.0
    return replay(arrays, _running(gain * chosen.lr, momentum))


def _velocity_flips(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    chosen = settings(operation)
    rule = _two_terms if chosen.form == "two_term" else _running
    rate = _gain(operation) * chosen.lr
    return replay(arrays, rule(rate, -chosen.momentum)) if chosen.momentum else {}


def _average_confused(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    chosen = settings(operation)
    if _is_two_term(operation) or not chosen.momentum:
        return {}
    factor = 1.0 - chosen.momentum
    if chosen.form == "average":
        factor = 1.0 / factor
    return stretched(operation, arrays, factor)


def _velocity_too_late(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    chosen = settings(operation)
    rate = _gain(operation) * chosen.lr

    def rule(velocity: Array, gradient: Array, number: int) -> tuple[Array, Array]:
        return chosen.momentum * velocity - rate * gradient, velocity

    return {} if _is_two_term(operation) else replay(arrays, rule)


def _started_without_rate(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    chosen = settings(operation)
    if _is_two_term(operation) or chosen.lr == 1.0:
        return {}
    rate = _gain(operation) * chosen.lr

    def rule(velocity: Array, gradient: Array, number: int) -> tuple[Array, Array]:
        if number == 0:
            return -gradient, -gradient
        velocity = chosen.momentum * velocity - rate * gradient
        return velocity, velocity

    return replay(arrays, rule)


def _other_memory(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    chosen = settings(operation)
    if not chosen.momentum:
        return {}
    rule = _running if chosen.form == "two_term" else _two_terms
    return replay(arrays, rule(_gain(operation) * chosen.lr, chosen.momentum))


def _momentum_ignored(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _with_momentum(operation, arrays, 0.0)


def _momentum_fixed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _with_momentum(operation, arrays, _HABIT)


def _exchanged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return _with_momentum(operation, arrays, 1.0 - settings(operation).momentum)


def _looking_ahead(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    chosen = settings(operation)
    if _is_two_term(operation) or not chosen.momentum:
        return {}
    rate = _gain(operation) * chosen.lr

    def rule(velocity: Array, gradient: Array, number: int) -> tuple[Array, Array]:
        velocity = chosen.momentum * velocity - rate * gradient
        return velocity, chosen.momentum * velocity - rate * gradient

    return replay(arrays, rule)


def _shared_velocity(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    chosen = settings(operation)
    if _is_two_term(operation) or not chosen.momentum:
        return {}
    rate = _gain(operation) * chosen.lr
    paths = {name: [arrays[name]] for name in ("weight", "bias")}
    velocity = np.zeros_like(arrays["weight"])
    for number in range(len(arrays["grad_weight"])):
        for name, path in paths.items():
            gradient = arrays[f"grad_{name}"][number]
            velocity = chosen.momentum * velocity - rate * gradient
            path.append(path[-1] + velocity)
    return {name: np.array(path[1:]) for name, path in paths.items()}


def _entry(
    number: str, title: str, hint: str, formula: str, wrong: Wrong
) -> Misconception:
    return Misconception(number, "momentum", title, hint, formula, wrong)


def _sign(formula: str, wrong: Wrong) -> Misconception:
    return _entry(
        "M139",
        "signs of velocity and update do not fit together",
        "Follow one number for two steps with a gradient of 1. In which direction "
        "does it move, and is the second step larger than the first?",
        formula,
        wrong,
    )


MISCONCEPTIONS = (
    _sign("v = mu*v - lr*g; w = w - v", upwards),
    _sign("v = lr*g - mu*v; w = w - v", _velocity_flips),
    _entry(
        "M140",
        "running average in place of a running sum, or the reverse",
        "With a gradient of 1 at every step, how large does your velocity become in "
        "the long run, and how large should it be?",
        "the gradient is, or is not, multiplied by 1 - mu",
        _average_confused,
    ),
    rate_twice_entry("momentum", "v = mu*v - lr*g; w = w + lr*v"),
    _entry(
        "M142",
        "parameter moved before the velocity is updated",
        "Does your first step move the parameter at all?",
        "w = w + v; v = mu*v - lr*g",
        _velocity_too_late,
    ),
    _entry(
        "M143",
        "velocity starts from a wrong value",
        "What was the velocity before the first gradient arrived? Take your first "
        "step by hand.",
        "v starts as -g without the learning rate",
        _started_without_rate,
    ),
    _entry(
        "M144",
        "memory of the velocity has the wrong length",
        "At step 10, does the gradient of step 1 still have an influence in your "
        "code? Should it have one?",
        "w = w - lr*(mu*g_previous + g) in place of a running velocity, or the reverse",
        _other_memory,
    ),
    _entry(
        "M145",
        "velocity multiplied by the momentum once more",
        "After you have updated the velocity, what is left to be done to the "
        "parameter? Take the first step by hand.",
        "v = mu*v - lr*g; w = w + mu*v - lr*g, which is Nesterov's step",
        _looking_ahead,
    ),
    swapped_entry("momentum", "v = (1 - mu)*v - lr*g", _exchanged),
    ignored_entry("momentum", "w = w - lr*g", _momentum_ignored),
    ignored_entry("momentum", "mu = 0.9 whatever was asked for", _momentum_fixed),
    ignored_entry("momentum", "v = mu*v - g; w = w + v", no_rate),
    _entry(
        "M148",
        "one velocity shared by all parameters",
        "Give the optimizer two parameters. How many velocities does it keep, and "
        "what is the shape of each?",
        "v is the same variable for weight and bias",
        _shared_velocity,
    ),
)
