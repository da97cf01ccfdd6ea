"""What the losses have in common that add up one number for each entry."""

from abc import abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

from reference.losses.entrywise import EntrywiseLoss
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LossOperation
from reference.operations.relations import Relation, independent_examples
from reference.operations.subgradients import chosen_places

NEAR = 2.0**-3
"""What is drawn stays this far from a kink in the difference of two inputs."""


class EntrywiseOperation(LossOperation):
    """A loss that adds up a function of each prediction and its target."""

    reduction: str

    @property
    def predicted(self) -> str:
        """Return the name of the predictions."""
        return self.inputs[0]

    @abstractmethod
    def loss(self) -> EntrywiseLoss:
        """Return a fresh loss under the conventions of this operation."""

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that examples do not meet."""
        gradients = list(self.gradients)
        return (independent_examples((self.predicted, "targets"), gradients),)

    def opposite(
        self, name: str, sentence: str, turn: Callable[[Arrays], dict[str, Array]]
    ) -> Relation:
        """Return that turned inputs have the same loss and the opposite gradient."""
        gradient = f"grad_{self.predicted}"

        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            return [dict(arrays), {**arrays, **turn(arrays)}]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            first, second = found
            return {
                "loss": (first["loss"], second["loss"]),
                gradient: (first[gradient], -second[gradient]),
            }

        return Relation(name, sentence, questions, pairs)


class DifferenceOperation(EntrywiseOperation):
    """A loss of the differences of ``predictions`` and ``targets``."""

    inputs = ("predictions", "targets")
    differentiable = ("predictions",)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``predictions`` and ``targets``, both (N, K), away from the kinks."""
        shape = ((5, 3), (7, 9), (1, 3))[variant]
        predictions, targets = signed(rng, shape), signed(rng, shape)
        while (near := self.distance(predictions - targets) < NEAR).any():
            predictions[near] = signed(rng, (int(near.sum()),))
        return {"predictions": predictions, "targets": targets}

    @abstractmethod
    def distance(self, difference: Array) -> Array:
        """Return how far each difference is from where the formula changes."""

    def with_difference(
        self, rng: np.random.Generator, size: float, variant: int
    ) -> dict[str, Array]:
        """Draw inputs of which about a third differ by exactly ``size``, or minus it.

        The targets are zero there, so that every order of arithmetic finds it.
        """
        arrays = self.draw(rng, variant=variant)
        predictions, targets = arrays["predictions"], arrays["targets"]
        chosen = chosen_places(rng, predictions.shape)
        signs = rng.choice([-1.0, 1.0], predictions.shape)
        return {
            "predictions": np.where(chosen, size * signs, predictions),
            "targets": np.where(chosen, 0.0, targets),
        }

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that only the difference matters, and of that the size."""
        swapped = self.opposite(
            "swapped",
            "With predictions and targets swapped the loss is the same and the "
            "gradient the opposite.",
            lambda arrays: {
                "predictions": arrays["targets"],
                "targets": arrays["predictions"],
            },
        )
        return (*super().relations, swapped)


class BinaryOperation(EntrywiseOperation):
    """A cross-entropy of two classes."""

    shapes = ((5, 3), (7, 9), (1, 3))

    @abstractmethod
    def other_class(self, predictions: Array) -> Array:
        """Return what stands for the opposite predictions."""

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that the two classes may exchange their names."""
        name = self.predicted
        exchanged = self.opposite(
            "classes_exchanged",
            "With the two classes exchanged the loss is the same and the gradient the "
            "opposite.",
            lambda arrays: {
                name: self.other_class(arrays[name]),
                "targets": 1 - arrays["targets"],
            },
        )
        return (*super().relations, exchanged)


def binary_targets(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw integers 0 and 1, as many of one as of the other."""
    values = np.resize([0, 1], int(np.prod(shape)))
    return rng.permutation(values).reshape(shape).astype(np.int64)
