"""An operation: a function from named arrays to named arrays that can be graded."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from reference.operations.relations import Relation

Array = NDArray[Any]
Arrays = Mapping[str, Array]


class Family(StrEnum):
    """How an operation is called on the student's side."""

    LAYER = "layer"
    LOSS = "loss"
    OPTIMIZER = "optimizer"
    FUNCTION = "function"  # arrays in, arrays out, no gradients
    INITIALIZER = "initializer"  # a shape in, random numbers out


class Operation(ABC):
    """The reference answer for one component, under one set of conventions.

    Conventions are keyword arguments of the constructor and come from
    ``assignment.toml``; an unknown one raises ``ConventionError``. A convention may
    change which arrays there are: the constructor then sets the attributes below on
    the object.

    Attributes
    ----------
    name
        Name in ``assignment.toml`` and on the wire, such as ``"linear"``.
    formula
        The output and every gradient as formulas, one per line, for readers.
    has_answer
        False where nobody knows the right answer: ``answer`` then raises.
    not_differentiable
        Where it has no derivative, in words; empty if it has one everywhere.
    kink
        Where the inputs of ``kinked`` lie exactly, in words that complete a sentence.
    moves_kinks
        Those of ``parameters`` on which it depends where the kinks are.
    inputs
        Names of the arrays that ``forward`` reads, parameters and states included.
    parameters
        Those of ``inputs`` that live in ``params`` of a layer.
    states
        Those of ``inputs`` that are attributes of a layer: running statistics, a mask.
        A state that is among ``outputs`` as well is read again after ``forward``.
    outputs
        Names of what ``forward`` returns, in order: ``("out",)``, ``("loss",)``. The
        upstream gradient of an output is drawn under its name with ``grad_`` before
        it; an output without one, such as a running mean, is not differentiated.
    differentiable
        Those of ``inputs`` that have a gradient, in the order of reports.
    square
        Those of the arrays that have two axes of the same length by nature.
    smallest_batch
        2 where a batch of one has no answer.
    conventions
        Those that ``create`` was asked for; the others have their defaults.
    example_conventions
        Sets of conventions under which the tests run the operation; the first is the
        default.
    """

    name: ClassVar[str]
    family: ClassVar[Family]
    formula: ClassVar[str]
    has_answer: ClassVar[bool] = True
    not_differentiable: ClassVar[str] = ""
    kink: ClassVar[str] = ""
    moves_kinks: tuple[str, ...] = ()
    inputs: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("out",)
    differentiable: tuple[str, ...] = ()
    square: tuple[str, ...] = ()
    smallest_batch: int = 1
    conventions: Mapping[str, Any] = MappingProxyType({})
    example_conventions: ClassVar[tuple[Mapping[str, Any], ...]] = ({},)

    @abstractmethod
    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw inputs in generic position, the upstream gradients included.

        All sizes of an array differ, the batch is neither 1 nor 2, every parameter is
        away from its default, each upstream gradient is random and signed, and no
        entry lies near a point where the operation is not differentiable. Values lie
        on a grid of ``2**-16``.

        Parameters
        ----------
        variant
            0 and 1 have different shapes, so that a diagnosis can be confirmed on the
            second one; 2 is the smallest batch.
        """

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw inputs at which a careless formula overflows and the answer does not.

        ``None`` where there are none. No point of them is hard for right code.
        """
        return None

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw inputs of which some lie exactly where two formulas meet.

        That is mostly where there is no derivative. ``None`` where there is no such
        place, or none that every order of arithmetic hits exactly.

        Parameters
        ----------
        variant
            0 and 1 have different shapes.
        """
        return None

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return that right answer for one quantity which is nearest to ``got``.

        Only at a kink is there a choice: every subgradient is right there, which is
        every value between the one-sided derivatives.

        Parameters
        ----------
        got
            Finite and of the shape of the answer.
        """
        return self.answer(arrays)[quantity]

    def margin(self, arrays: Arrays) -> float:
        """Return how far the inputs are from where there is no derivative.

        The unit is that of the inputs: none of them can be moved by less than this
        and reach such a point. Infinite for a smooth operation.
        """
        return np.inf

    @abstractmethod
    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return every output and every gradient for drawn inputs.

        A layer without upstream gradients in ``arrays`` returns its outputs only.
        """

    def terms(self, arrays: Arrays) -> dict[str, dict[str, Array]]:
        """Return the terms of those answers that are sums of terms with a name.

        Each has the shape of its quantity, and together they are the quantity. A name
        is the subject of a sentence: "the path through the mean". A student who has
        all but one of them, or one twice, is told which.
        """
        return {}

    def answer_shapes(self, arrays: Arrays) -> dict[str, tuple[int, ...]]:
        """Return the shape of every output and every gradient for some inputs."""
        return {name: value.shape for name, value in self.answer(arrays).items()}

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return what a student's constructor may need, such as ``in_features``."""
        return {}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what must hold between answers, whatever the right ones are."""
        return ()

    @property
    def gradients(self) -> dict[str, str]:
        """Return the name of each gradient with the input it belongs to, in order."""
        return {f"grad_{name}": name for name in self.differentiable}

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return the inputs that are handed to ``forward``, in order."""
        held = (*self.parameters, *self.states)
        return tuple(name for name in self.inputs if name not in held)

    @property
    def output(self) -> str:
        """Return the name of the first output."""
        return self.outputs[0]

    @property
    def quantities(self) -> tuple[str, ...]:
        """Return the names of everything ``answer`` returns, in the order shown."""
        return (*self.outputs, *self.gradients)

    def upstreams(self, arrays: Arrays) -> dict[str, Array]:
        """Return the upstream gradient of each output that is differentiated.

        For a loss this is a one.
        """
        return {
            output: arrays[f"grad_{output}"]
            for output in self.outputs
            if f"grad_{output}" in arrays
        }
