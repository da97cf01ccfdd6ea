"""The logarithm of softmax as an operation."""

import numpy as np

from reference.layers.log_softmax import LogSoftmax as LogSoftmaxLayer
from reference.operations.base import Array, Arrays
from reference.operations.relations import Relation
from reference.operations.slices import SliceOperation


class LogSoftmax(SliceOperation):
    """``x - log(sum(exp(x)))`` along an axis.

    Parameters
    ----------
    axis
        See ``reference.layers.log_softmax``.
    dimensions
        2 for x (N, C), 3 for (N, C, W).
    """

    name = "log_softmax"
    formula = """
        out = x - log(sum(exp(x), axis))
        grad_x = grad_out - softmax(x) * sum(grad_out, axis)
    """
    example_conventions = ({}, {"axis": 0}, {"axis": 1, "dimensions": 3})

    def layer(self, arrays: Arrays) -> LogSoftmaxLayer:
        """Return a fresh layer."""
        return LogSoftmaxLayer(self.axis)

    def terms(self, arrays: Arrays) -> dict[str, dict[str, Array]]:
        """Return the gradient through ``x`` itself and through the sum."""
        if "grad_out" not in arrays:
            return {}
        upstream = arrays["grad_out"]
        total = upstream.sum(axis=self.axis, keepdims=True)
        probabilities = np.exp(self.answer(arrays)["out"])
        paths = {
            "the path through x itself": upstream.copy(),
            "the path through the normalising sum": -probabilities * total,
        }
        return {"grad_x": paths}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what sums to one and to zero, and that shifts change nothing."""
        probabilities = self.sums(
            "probabilities",
            "The exponentials of each slice of the output sum to one.",
            lambda drawn, answer: (np.exp(answer["out"]), 1.0),
        )
        return (
            *super().relations,
            self.shifted(0.0),
            probabilities,
            self.gradient_sums_to_zero(),
        )
