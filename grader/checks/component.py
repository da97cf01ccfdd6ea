"""A part of the student's code, and the operation that says what is right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.checks import attributes
from grader.checks.attributes import AttributePath
from grader.checks.custom_layers import operation as custom
from grader.checks.presentation.arranged import ArrangedOperation
from grader.checks.presentation.arrangement import Arrangement
from grader.checks.presentation.leniency import VectorForm
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
    names
        What students call a quantity, as the beginning of a sentence, such as
        ``grad_weight: "dw from affine_backward"``.
    arrangement
        How the arrays look where not as in the reference.
    accept
        Other shapes of a vector that will do, by quantity.
    attributes
        Where an object keeps a parameter, its gradient or a state, if not in the dicts
        ``params`` and ``grads``, or an attribute of the name of the state.
    """

    name: str
    operation: str
    construct: tuple[str | float, ...] = ()
    convention: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    arrangement: Arrangement = field(default_factory=Arrangement)
    accept: Mapping[str, tuple[VectorForm, ...]] = field(default_factory=dict)
    attributes: Mapping[str, AttributePath] = field(default_factory=dict)

    def reference(self, **settings: Any) -> Operation:
        """Return the operation under this component's conventions, arrays arranged."""
        plain = self.plain(**settings)
        if not self.arrangement:
            return plain
        return ArrangedOperation(plain, self.arrangement)

    def plain(self, **settings: Any) -> Operation:
        """Return the operation in the layout of the reference."""
        if self.operation == custom.NAME:
            return custom.custom(self.convention)
        return operations.create(self.operation, **{**self.convention, **settings})

    @property
    def places(self) -> dict[str, Any]:
        """Return the option that tells a binding about ``attributes``, if needed."""
        if not self.attributes:
            return {}
        return {"attributes": attributes.asked(self.attributes)}

    def arguments(self, known: Mapping[str, Any]) -> list[float]:
        """Return the constructor's arguments, names replaced by what they stand for."""
        return [
            known[argument] if isinstance(argument, str) else argument
            for argument in self.construct
        ]
