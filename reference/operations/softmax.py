"""Softmax as an operation."""

from reference.layers.softmax import Softmax as SoftmaxLayer
from reference.operations.base import Array, Arrays
from reference.operations.relations import Relation
from reference.operations.slices import SliceOperation


class Softmax(SliceOperation):
    """``exp(x) / sum(exp(x))`` along an axis.

    Parameters
    ----------
    axis
        See ``reference.layers.softmax``.
    dimensions
        2 for x (N, C), 3 for (N, C, W).
    """

    name = "softmax"
    formula = """
        out = exp(x) / sum(exp(x), axis)
        grad_x = out * (grad_out - sum(grad_out * out, axis))
    """
    example_conventions = ({}, {"axis": 0}, {"axis": 1, "dimensions": 3})

    def layer(self, arrays: Arrays) -> SoftmaxLayer:
        """Return a fresh layer."""
        return SoftmaxLayer(self.axis)

    def terms(self, arrays: Arrays) -> dict[str, dict[str, Array]]:
        """Return the two parts of the Jacobian, ``diag(out)`` and ``-out out^T``."""
        if "grad_out" not in arrays:
            return {}
        out, upstream = self.answer(arrays)["out"], arrays["grad_out"]
        mean = (upstream * out).sum(axis=self.axis, keepdims=True)
        paths = {
            "the diagonal of the Jacobian": out * upstream,
            "the outer product in the Jacobian": -out * mean,
        }
        return {"grad_x": paths}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what sums to one and to zero, and that shifts change nothing."""
        probabilities = self.sums(
            "probabilities",
            "Each slice of the output sums to one.",
            lambda drawn, answer: (answer["out"], 1.0),
        )
        return (
            *super().relations,
            self.shifted(0.0),
            probabilities,
            self.gradient_sums_to_zero(),
        )
