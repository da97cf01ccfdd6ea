"""What the operations of gradient clipping have in common."""

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np

from reference.arrays import require_floats
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import FunctionOperation
from reference.operations.relations import Relation

GRADIENTS = ("grad_weight", "grad_bias")


class ClippingOperation(FunctionOperation):
    """Two gradients in, two clipped ones out.

    The inputs are ``grad_weight`` (D, M) and ``grad_bias`` (M,).
    """

    inputs = GRADIENTS
    outputs = ("clipped_weight", "clipped_bias")

    @abstractmethod
    def clip(self, gradients: list[Array]) -> list[Array]:
        """Return clipped gradients."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw gradients that are not close to their bound."""
        features, units = ((5, 3), (7, 9), (1, 3))[variant]
        shapes = ((features, units), (units,))
        drawn = [signed(rng, shape) for shape in shapes]
        return dict(zip(GRADIENTS, self.moved_away(drawn), strict=True))

    @abstractmethod
    def moved_away(self, gradients: list[Array]) -> list[Array]:
        """Return gradients with nothing close to a bound, still on the grid."""

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return the clipped gradients."""
        for name in GRADIENTS:
            require_floats(self.name, name, arrays[name])
        clipped = self.clip([arrays[name] for name in GRADIENTS])
        return dict(zip(self.outputs, clipped, strict=True))

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that both directions are treated alike."""

        def questions(
            rng: np.random.Generator, arrays: Arrays
        ) -> list[dict[str, Array]]:
            return [dict(arrays), {name: -array for name, array in arrays.items()}]

        def pairs(
            asked: Sequence[Arrays], found: Sequence[Arrays]
        ) -> dict[str, tuple[Array, Array]]:
            one, opposite = found
            return {name: (-one[name], opposite[name]) for name in self.outputs}

        sentence = "Opposite gradients are clipped to opposite gradients."
        return (Relation("odd", sentence, questions, pairs),)
