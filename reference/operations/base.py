"""An operation: a function from named arrays to named arrays that can be graded."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Arrays = Mapping[str, Array]


class Family(StrEnum):
    """How an operation is called on the student's side."""

    LAYER = "layer"
    LOSS = "loss"
    OPTIMIZER = "optimizer"


class Operation(ABC):
    """The reference answer for one component, under one set of conventions.

    Conventions are keyword arguments of the constructor and come from
    ``assignment.toml``; an unknown one raises ``ConventionError``.

    Class attributes
    ----------------
    ``name``
        Name in ``assignment.toml`` and on the wire, such as ``"linear"``.
    ``inputs``
        Names of the arrays that ``forward`` reads, the parameters included.
    ``parameters``
        Those of ``inputs`` that live in ``params`` of a layer.
    ``output``
        Name of what ``forward`` returns: ``"out"``, or ``"loss"``.
    ``gradients``
        Name of each gradient to the input it belongs to, in the order of reports:
        ``{"grad_x": "x", "grad_weight": "weight", "grad_bias": "bias"}``.
        For an optimizer it is empty.
    ``example_conventions``
        Sets of conventions under which the tests run the operation; the first is the
        default.
    """

    name: ClassVar[str]
    family: ClassVar[Family]
    inputs: ClassVar[tuple[str, ...]]
    parameters: ClassVar[tuple[str, ...]] = ()
    output: ClassVar[str] = "out"
    gradients: ClassVar[Mapping[str, str]] = {}
    example_conventions: ClassVar[tuple[Mapping[str, Any], ...]] = ({},)

    @abstractmethod
    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw inputs in generic position, the upstream gradient included.

        All sizes differ, the batch is neither 1 nor 2, every parameter is away from
        its default, the upstream gradient ``grad_out`` is random and signed, and no
        entry lies near a point where the operation is not differentiable. Values lie
        on a grid of ``2**-16``.

        Parameters
        ----------
        variant
            0 and 1 have different shapes, so that a diagnosis can be confirmed on the
            second one; 2 is a batch of one.
        """

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw inputs at which a careless formula overflows and the answer does not.

        ``None`` where there are none. No point of them is hard for right code.
        """
        return None

    @abstractmethod
    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return the output and every gradient for drawn inputs.

        A layer without ``grad_out`` in ``arrays`` returns its output only.
        """

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return what a student's constructor may need, such as ``in_features``."""
        return {}

    @property
    def quantities(self) -> tuple[str, ...]:
        """Return the names of everything ``answer`` returns, in the order shown."""
        return (self.output, *self.gradients)
