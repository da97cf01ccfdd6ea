"""Where each minibatch begins and ends, as an operation."""

import numpy as np

from reference.arrays import require_shape
from reference.conventions import require_choice
from reference.errors import DtypeError
from reference.operations.base import Array, Arrays
from reference.operations.families import FunctionOperation
from reference.operations.relations import Relation, always
from reference.training.slices import TAILS
from reference.training.slices import minibatch_slices as slices


class MinibatchSlices(FunctionOperation):
    """First index and index after the last of every minibatch of an epoch.

    Parameters
    ----------
    tail
        ``"keep"`` or ``"drop"``, see ``reference.training.slices``.
    """

    name = "minibatch_slices"
    formula = """
        minibatch i of size k is [i*k, (i + 1)*k), i = 0, 1, ...
        keep: the last one ends at the number of examples
        drop: only minibatches with k examples
    """
    inputs = ("examples", "batch_size")
    outputs = ("start", "stop")
    example_conventions = ({}, {"tail": "drop"})

    def __init__(self, tail: str = "keep") -> None:
        self.tail = require_choice("MinibatchSlices", "tail", tail, TAILS)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that each minibatch begins where the one before it ends."""
        return (
            always(
                "no_gap",
                "Each minibatch begins where the one before it ends.",
                lambda asked, found: {
                    "ends and beginnings": (
                        found[0]["stop"][:-1],
                        found[0]["start"][1:],
                    )
                },
            ),
        )

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw numbers of which the second does not divide the first, as 0-d arrays.

        In variant 2 one example is left over.
        """
        batch_size = int(rng.integers(5, 9))
        full = int(rng.integers(3, 6))
        left = 1 if variant == 2 else int(rng.integers(2, batch_size))
        return {
            "examples": np.array(full * batch_size + left, dtype=np.int64),
            "batch_size": np.array(batch_size, dtype=np.int64),
        }

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return ``start`` and ``stop``, one entry for each minibatch."""
        examples, batch_size = (_number(name, arrays[name]) for name in self.inputs)
        start, stop = slices(examples, batch_size, self.tail)
        return {"start": start, "stop": stop}


def _number(name: str, array: Array) -> int:
    dtype = getattr(array, "dtype", None)
    if dtype is None or not np.issubdtype(dtype, np.integer):
        got = type(array).__name__ if dtype is None else dtype
        raise DtypeError(f"MinibatchSlices: {name} must be an integer, got {got}")
    require_shape("MinibatchSlices", name, array, ())
    return int(array)
