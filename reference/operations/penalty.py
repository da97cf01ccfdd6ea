"""What the operations have in common that penalise parameters."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.arrays import after_forward
from reference.errors import ConventionError
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LossOperation
from reference.operations.relations import Relation
from reference.regularizers.penalty import Penalty

LAYERS = 2
"""How many layers are drawn, which is how many ``subset`` can choose from."""

FACTOR = -2.0
"""A multiple of the parameters; a power of two, so that it is exact."""


@dataclass
class _Holder:
    """Parameters without a layer."""

    params: dict[str, Array]


class PenaltyOfArrays:
    """A penalty of the parameters of two affine layers, as a loss of four arrays."""

    def __init__(self, penalty: Penalty) -> None:
        self._penalty = penalty
        self._gradients: tuple[Array, ...] | None = None

    def forward(self, *arrays: Array) -> float:
        """Return the penalty of ``weight_0``, ``bias_0``, ``weight_1`` and ``bias_1``.

        Raises
        ------
        DtypeError, NonFiniteError
            If an array is not of finite floating-point numbers.
        """
        pairs = zip(arrays[::2], arrays[1::2], strict=True)
        holders = [_Holder({"weight": weight, "bias": bias}) for weight, bias in pairs]
        value = self._penalty.forward(holders)
        gradients = self._penalty.backward()
        self._gradients = tuple(
            gradients[index][name] for index, name in self._penalty.penalised(holders)
        )
        return value

    def backward(self) -> tuple[Array, ...]:
        """Return the gradients of those arrays that are penalised, in order.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        """
        gradients = after_forward(type(self).__name__, self._gradients)
        return tuple(gradient.copy() for gradient in gradients)


class PenaltyOperation(LossOperation):
    """A penalty on the parameters of two affine layers.

    There are no examples among the inputs, so that ``factor = "half_over_n"`` needs
    ``examples`` as well. The gradients are those of the arrays that are penalised.

    Parameters
    ----------
    strength, factor, biases, subset, examples
        See ``reference.regularizers.l2_penalty``.
    """

    inputs = ("weight_0", "bias_0", "weight_1", "bias_1")
    parameters = inputs
    degree: int

    def __init__(
        self,
        strength: float = 0.3,
        factor: str = "one",
        biases: str = "excluded",
        subset: str | Sequence[int] = "all",
        examples: int | None = None,
    ) -> None:
        self.strength, self.factor, self.biases = strength, factor, biases
        self.subset, self.examples = subset, examples
        checked = self.penalty()
        last = 0 if checked.subset == "all" else max(map(int, checked.subset))
        if last >= LAYERS:
            raise ConventionError(
                f"{self.name}: subset must be indices below {LAYERS}, got {last}"
            )
        layer = _Holder({"weight": np.zeros((1, 1)), "bias": np.zeros(1)})
        penalised = checked.penalised([layer] * LAYERS)
        self.differentiable = tuple(f"{name}_{index}" for index, name in penalised)

    @abstractmethod
    def penalty(self) -> Penalty:
        """Return a fresh penalty under the conventions of this operation."""

    def loss(self) -> PenaltyOfArrays:
        """Return a fresh penalty as a loss of the inputs."""
        return PenaltyOfArrays(self.penalty())

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw the weights and biases of a network with one hidden layer.

        There is no batch here; variant 2 has one input feature instead.
        """
        features, hidden, units = ((5, 4, 3), (3, 7, 2), (1, 4, 3))[variant]
        shapes = ((features, hidden), (hidden,), (hidden, units), (units,))
        return {
            name: signed(rng, shape)
            for name, shape in zip(self.inputs, shapes, strict=True)
        }

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``strength`` and, where it matters, ``examples``."""
        examples = {} if self.examples is None else {"examples": self.examples}
        return {"strength": self.strength, **examples}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return how a penalty grows with the parameters."""
        return (self._homogeneous(),)

    def _homogeneous(self) -> Relation:
        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            longer = {name: FACTOR * arrays[name] for name in self.inputs}
            return [dict(arrays), longer]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            first, second = found
            # The derivative of an even function of degree d is odd, of degree d - 1.
            slope = -(abs(FACTOR) ** (self.degree - 1))
            pair = {
                "loss": (abs(FACTOR) ** self.degree * first["loss"], second["loss"])
            }
            for name in self.gradients:
                pair[name] = (slope * first[name], second[name])
            return pair

        return Relation(
            "homogeneous",
            "A multiple of the parameters multiplies the penalty by the magnitude of "
            f"the factor to the power {self.degree}.",
            questions,
            pairs,
        )
