"""What a side effect is: what is done with the objects, and what must agree."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from grader.checks.component import Component
from grader.checks.sequences import Arrays, Taken
from grader.contract.messages import Array, Call
from reference.operations.base import Operation

# The two sets of inputs, and what the state of the random numbers is called.
ONE, TWO, RANDOM = "one", "two", "random"


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A component and two sets of inputs of the same shapes.

    Parameters
    ----------
    policy
        What a second backward does to the gradients of parameters: ``"replace"`` them
        or ``"accumulate"``.
    """

    part: Component
    operation: Operation
    one: Arrays
    two: Arrays
    policy: str

    def with_parameters_of_one(self) -> Arrays:
        """Return the second set as it is for an object made for the first."""
        held = {name: self.one[name] for name in self.operation.parameters}
        return {**self.two, **held}

    @property
    def returned_gradients(self) -> list[str]:
        """Return the gradients that ``backward`` returns."""
        return [
            name
            for name, source in self.operation.gradients.items()
            if source not in self.operation.parameters
        ]

    @property
    def quantities(self) -> tuple[str, ...]:
        """Return everything that one forward and backward gives."""
        return self.operation.quantities


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two arrays that must agree.

    Parameters
    ----------
    name
        The quantity or the input.
    when
        Where in the steps the second one comes from; a key of the sentences.
    exact
        Whether not even rounding is allowed.
    others
        What will do as well as the first one.
    """

    name: str
    when: str
    first: Array
    second: Array
    exact: bool = False
    others: Sequence[Array] = ()


class Effect(ABC):
    """One thing that forward and backward should not do, or should bear.

    Attributes
    ----------
    one_object
        Whether it is about an object that is used twice, or before its first forward.
    """

    name: ClassVar[str]
    one_object: ClassVar[bool] = False

    @classmethod
    def applies(cls, operation: Operation) -> bool:
        """Tell whether this can be asked of an operation."""
        return True

    @abstractmethod
    def calls(self, scene: Scene) -> list[Call]:
        """Return what to ask."""

    @abstractmethod
    def pairs(self, scene: Scene, own: Taken, answers: list[Taken]) -> Iterator[Pair]:
        """Return what must agree.

        Parameters
        ----------
        own
            The student's answers for both sets of inputs, each from a new object.
        answers
            One for each of ``calls``.
        """
