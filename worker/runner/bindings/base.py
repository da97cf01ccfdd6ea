"""What every binding is given and gives back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from grader.contract.messages import Array, Phase


@dataclass(frozen=True, slots=True)
class Request:
    """One call as the jail sees it; the arrays are the student's to use up."""

    action: str
    arrays: Mapping[str, Array]
    options: Mapping[str, Any]


class Progress(Protocol):
    """Where a binding says what it is about to do."""

    notes: dict[str, str]

    def enter(self, phase: Phase) -> None:
        """Tell the trusted side what comes next, with all results got so far."""
        ...


Answers = Iterator[Mapping[str, Array]]
Binding = Callable[[ModuleType, Request, Progress], Answers]
