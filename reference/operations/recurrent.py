"""What the operations of recurrent layers share: arrays, extremes and relations."""

from typing import Any, ClassVar

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples

Shape = tuple[int, ...]


class RecurrentOperation(LayerOperation):
    """A recurrent layer with weights (D, B*H) and (H, B*H) for B ``blocks``."""

    blocks: ClassVar[int]
    parameters: tuple[str, ...] = ("weight_x", "weight_h", "bias")

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``in_features`` and ``hidden_features``."""
        return {
            "in_features": len(arrays["weight_x"]),
            "hidden_features": len(arrays["weight_h"]),
        }

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw a bias with entries near 1000 and -1000 between ordinary ones."""
        arrays = self.draw(rng)
        offset = np.resize([0.0, 1000.0, 0.0, 0.0, -1000.0], arrays["bias"].shape)
        return {**arrays, "bias": arrays["bias"] + offset}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that backward is linear and that examples do not meet."""
        upstreams = [f"grad_{output}" for output in self.outputs]
        gradients = [f"grad_{name}" for name in self.arguments]
        every = independent_examples(
            [*self.arguments, *upstreams], [*self.outputs, *gradients]
        )
        return (*super().relations, every)

    def draw_shapes(
        self, rng: np.random.Generator, example: Shape, state: Shape, output: Shape
    ) -> dict[str, Array]:
        """Draw all arrays: ``x`` is the first argument, the others are states.

        Parameters
        ----------
        example, state, output
            Shapes of ``x``, of each state and of each output.
        """
        hidden = state[-1]
        shapes = dict.fromkeys(self.arguments, state) | {
            "x": example,
            "weight_x": (example[-1], self.blocks * hidden),
            "weight_h": (hidden, self.blocks * hidden),
        }
        arrays = {
            # Small weights keep the nonlinearities where they still bend.
            name: signed(rng, shapes.get(name, (self.blocks * hidden,)), scale=0.5)
            for name in self.inputs
        }
        upstreams = [f"grad_{output}" for output in self.outputs]
        return arrays | {name: signed(rng, output) for name in upstreams}


class CellOperation(RecurrentOperation):
    """One step: ``x`` (N, D) and states (N, H) in, states (N, H) out."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, the states, the parameters and the upstream gradients."""
        count, features, hidden = ((5, 4, 3), (3, 2, 5), (1, 4, 3))[variant]
        state = (count, hidden)
        return self.draw_shapes(rng, (count, features), state, state)


class SequenceOperation(RecurrentOperation):
    """All steps: ``x`` (N, T, D) and first states (N, H) in, ``out`` (N, T, H) out."""

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, the first states, the parameters and ``grad_out``."""
        sizes = ((4, 3, 5, 2), (5, 4, 2, 3), (1, 3, 5, 2))[variant]
        count, steps, features, hidden = sizes
        return self.draw_shapes(
            rng, (count, steps, features), (count, hidden), (count, steps, hidden)
        )

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return those of all recurrent layers, and that time has a direction."""
        return (*super().relations, _NO_FORESIGHT)


def _changed_end(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
    x = arrays["x"].copy()
    x[:, -1] = rng.permuted(-x[:, -1])
    return [dict(arrays), {**arrays, "x": x}]


_NO_FORESIGHT = Relation(
    "no_foresight",
    "The last element of a sequence has no influence on the outputs before it.",
    _changed_end,
    lambda asked, found: {
        "out before the last step": (found[0]["out"][:, :-1], found[1]["out"][:, :-1])
    },
)
