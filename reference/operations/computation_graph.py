"""Computation graphs of numbers as an operation."""

import numpy as np

from reference.autodiff.examples import EXAMPLES
from reference.layers.computation_graph import (
    ComputationGraph as ComputationGraphLayer,
)
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.families import LayerOperation


class ComputationGraph(LayerOperation):
    """One of the graphs of the lectures; every input is a 0-d array.

    Parameters
    ----------
    example
        See ``reference.autodiff.examples``; the inputs are named as there.
    """

    name = "computation_graph"
    formula = """
        sum_times_increment: out = (a + b) * (b + 1)
        path_factoring: out = (a + b + g) * (d + e + z)
        exponential: out = y + exp(x * y)
        exponential_of_time: out = t**2 + exp(cos(t) * t**2)
        logistic_least_squares: out = (sigmoid(w * x + b) - t)**2 / 2
        square: out = x * x
        cube: out = x * x * x
        diamond: out = (x * y + x) * (x * y * y)
        doublings: out = 2**24 * x, by 24 times y = y + y
        each gradient: the sum over all paths from out to the input of the product of
        the derivatives along the path, times grad_out
    """
    example_conventions = ({}, *({"example": name} for name in list(EXAMPLES)[1:]))

    def __init__(self, example: str = "sum_times_increment") -> None:
        layer = ComputationGraphLayer(example)
        self.example = layer.example
        self.inputs = self.differentiable = layer.inputs

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw numbers; there is no batch, so the variants differ in values only."""
        return {
            name: np.asarray(signed(rng, (), scale=0.75))
            for name in (*self.inputs, "grad_out")
        }

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw a sum of the logistic far to one side; the other graphs have none."""
        if self.example != "logistic_least_squares":
            return None
        arrays = self.draw(rng)
        return {**arrays, "b": arrays["b"] - 1000.0}

    def layer(self, arrays: Arrays) -> ComputationGraphLayer:
        """Return a fresh layer."""
        return ComputationGraphLayer(self.example)
