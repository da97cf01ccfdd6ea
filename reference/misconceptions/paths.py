"""Wrong optimizers as rules that are replayed over the given gradients."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reference.operations.base import Array, Arrays, Operation

Step = Callable[[Array, Array, int], tuple[Array, Array]]
"""State, gradient and step number from 0 in; next state and change out."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Hyper-parameters of the operation that a wrong rule starts from."""

    lr: float
    momentum: float
    form: str


def settings(operation: Operation) -> Settings:
    """Read the hyper-parameters of an optimizer operation."""
    sizes = operation.sizes({})
    form = getattr(operation, "form", "velocity")
    return Settings(sizes["lr"], sizes.get("momentum", 0.0), form)


def replay(arrays: Arrays, rule: Step) -> dict[str, Array]:
    """Follow ``weight`` and ``bias`` under a rule whose state starts at zero."""
    answer = {}
    for name in ("weight", "bias"):
        parameter = arrays[name]
        state = np.zeros_like(parameter)
        path = []
        for number, gradient in enumerate(arrays[f"grad_{name}"]):
            state, change = rule(state, gradient, number)
            parameter = parameter + change
            path.append(parameter)
        answer[name] = np.array(path)
    return answer


def stretched(operation: Operation, arrays: Arrays, factor: float) -> dict[str, Array]:
    """Return the right path with every step multiplied by the same number."""
    right = operation.answer(arrays)
    return {
        name: arrays[name] + factor * (right[name] - arrays[name])
        for name in ("weight", "bias")
    }
