"""A student who makes exactly one known mistake, played by the reference itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Any, cast

import numpy as np

from grader.checks.component import Component
from grader.checks.mistakes import wrong_answer
from grader.contract.messages import (
    Array,
    Bundle,
    Call,
    Case,
    Observation,
    Outcome,
    Reply,
)
from reference.errors import ReferenceUseError
from reference.misconceptions import Misconception
from reference.operations import Family, Operation

Answer = Callable[[Call], Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class LibraryStudent:
    """Answers every call rightly but for one mistake; a jail that needs no walls.

    No code of a student runs: the wrong formula comes from the library.

    Parameters
    ----------
    settings
        Hyper-parameters that the check adds to the conventions of the component.
    """

    part: Component
    mistake: Misconception
    settings: Mapping[str, Any]

    def open(self, bundle: Bundle) -> "AnsweringSession":
        """Return a session; the files of the submission are not looked at."""
        return AnsweringSession(self.answer)

    def answer(self, call: Call) -> Mapping[str, Array]:
        """Return what this student's code would return."""
        operation = self._asked(call)
        with np.errstate(all="ignore"):
            if operation.family is Family.INITIALIZER:
                return {"weight": self._drawn(operation, call)}
            found = operation.answer(call.arrays)
            found |= wrong_answer(self.mistake, operation, call.arrays)
        if call.options.get("forward_only"):
            return {name: found[name] for name in operation.outputs}
        return found

    def _asked(self, call: Call) -> Operation:
        """Return the operation with the numbers that the constructor is given."""
        given = cast("list[float]", call.options.get("construct", []))
        named = {
            name: value
            for name, value in zip(self.part.construct, given, strict=False)
            if isinstance(name, str)
        }
        plain = self.part.reference(**self.settings)
        if plain.family is not Family.OPTIMIZER:
            return plain
        return self.part.reference(**{**self.settings, **named})

    def _drawn(self, operation: Operation, call: Call) -> Array:
        """Return normal numbers with the wrong moments."""
        moments = operation.answer(call.arrays)
        moments |= wrong_answer(self.mistake, operation, call.arrays)
        shape = tuple(int(length) for length in call.arrays["shape"])
        spread = np.sqrt(moments["variance"])
        rng = np.random.default_rng(call.seed)
        return moments["mean"] + spread * rng.standard_normal(shape)


class AnsweringSession:
    """Answers all calls of a case."""

    tier = "none"
    facts: Mapping[str, str] = MappingProxyType({})

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def observe(self, case: Case) -> Observation:
        """Return what the function answers to each call."""
        replies = tuple(self._reply(call) for call in case.calls)
        bad = (one.outcome for one in replies if one.outcome is not Outcome.COMPLETED)
        return Observation(next(bad, Outcome.COMPLETED), replies)

    def _reply(self, call: Call) -> Reply:
        """Raise as students do where a check asks beyond what a formula is for."""
        try:
            return Reply(Outcome.COMPLETED, self._answer(call))
        except ReferenceUseError:
            return Reply(Outcome.RAISED)

    def __enter__(self) -> "AnsweringSession":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None
