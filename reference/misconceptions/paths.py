"""Wrong optimizers as rules that are replayed over the given gradients."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.misconceptions.base import Wrong
from reference.misconceptions.conventions import chosen
from reference.operations.base import Array, Arrays, Operation

NAMES = ("weight", "bias")
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
    for name in NAMES:
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
        name: arrays[name] + factor * (right[name] - arrays[name]) for name in NAMES
    }


class Rule(ABC):
    """How an optimizer moves one parameter; a mistake overrides one of the methods.

    Parameters
    ----------
    given
        Conventions of the operation, hyper-parameters included.
    position
        0 for the first parameter of the optimizer, 1 for the second.
    """

    def __init__(self, given: Mapping[str, Any], position: int) -> None:
        self.given = given
        self.lr: float = given["lr"]
        self.position = position

    def can_be_made(self) -> bool:
        """Tell whether the conventions leave room for this mistake."""
        return True

    @abstractmethod
    def path(self, start: Array, gradients: Array) -> list[Array]:
        """Return the parameter after each gradient."""


def made(mistake: type, rule: type[Rule]) -> type[Rule]:
    """Return ``rule`` with the methods of ``mistake`` in front of its own."""
    return type(mistake.__name__, (mistake, rule), {})


def replayed(rule: type[Rule]) -> Wrong:
    """Return the paths that both parameters take under a rule."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        rules = [rule(chosen(operation), position) for position in range(len(NAMES))]
        if not all(one.can_be_made() for one in rules):
            return {}
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                name: np.array(one.path(arrays[name], arrays[f"grad_{name}"]))
                for name, one in zip(NAMES, rules, strict=True)
            }

    wrong.__name__ = rule.__name__
    return wrong
