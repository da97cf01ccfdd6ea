"""The logarithm of a sum of exponentials as an operation."""

import numpy as np

from reference.layers.logsumexp import LogSumExp as LogSumExpLayer
from reference.operations.base import Array, Arrays
from reference.operations.relations import Relation
from reference.operations.slices import SliceOperation


class LogSumExp(SliceOperation):
    """``log(sum(exp(x)))`` along an axis.

    Parameters
    ----------
    axis, keepdims
        See ``reference.layers.logsumexp``.
    dimensions
        2 for x (N, C), 3 for (N, C, W).
    """

    name = "logsumexp"
    formula = """
        out = log(sum(exp(x), axis))
        grad_x = grad_out * softmax(x), grad_out repeated along the axis
    """
    example_conventions = (
        {},
        {"keepdims": True},
        {"axis": 0},
        {"axis": 1, "dimensions": 3},
    )

    def __init__(
        self, axis: int = -1, keepdims: bool = False, dimensions: int = 2
    ) -> None:
        super().__init__(axis, dimensions)
        self.keepdims = LogSumExpLayer(axis, keepdims).keepdims

    def out_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the output for the shape of ``x``."""
        axis = self.axis % self.dimensions
        length = (1,) if self.keepdims else ()
        return (*shape[:axis], *length, *shape[axis + 1 :])

    def layer(self, arrays: Arrays) -> LogSumExpLayer:
        """Return a fresh layer."""
        return LogSumExpLayer(self.axis, self.keepdims)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that shifts are added, and what slices of the gradient sum to."""

        def sides(drawn: Arrays, answer: Arrays) -> tuple[Array, Array]:
            grad_out = drawn["grad_out"]
            if not self.keepdims:
                grad_out = np.expand_dims(grad_out, self.axis)
            return answer["grad_x"], grad_out

        sentence = "Each slice of grad_x sums to grad_out."
        shares = self.sums("gradient_is_shared_out", sentence, sides)
        return (*super().relations, self.shifted(1.0), shares)
