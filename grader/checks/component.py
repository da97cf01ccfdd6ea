"""A part of the student's code, and the operation that says what is right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reference import operations
from reference.operations.base import Operation


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the student's code and the operation that says what is right.

    Parameters
    ----------
    name
        Class in the student's file.
    construct
        Constructor arguments: names of sizes or settings, or numbers.
    convention
        Keyword arguments of the reference operation.
    """

    name: str
    operation: str
    construct: tuple[str | float, ...] = ()
    convention: Mapping[str, Any] = field(default_factory=dict)

    def reference(self, **settings: Any) -> Operation:
        """Return the operation under this component's conventions."""
        return operations.create(self.operation, **{**self.convention, **settings})

    def arguments(self, known: Mapping[str, Any]) -> list[float]:
        """Return the constructor's arguments, names replaced by what they stand for."""
        return [
            known[argument] if isinstance(argument, str) else argument
            for argument in self.construct
        ]
