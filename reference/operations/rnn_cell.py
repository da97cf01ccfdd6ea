"""One step of the plain recurrent network as an operation."""

import numpy as np

from reference.layers.rnn_cell import RNNCell as RNNCellLayer
from reference.operations.base import Array, Arrays
from reference.operations.kinks import away_from_kinks, relu_margin
from reference.operations.one_kink import OneKink
from reference.operations.recurrent import CellOperation
from reference.operations.recurrent_kinks import Unrolled, moved_onto_kink

_NAMES = {"state": "h"}


class RNNCell(OneKink, CellOperation):
    """One step with weight_x (D, H), weight_h (H, H) and bias (H,).

    Parameters
    ----------
    nonlinearity
        See ``reference.layers.rnn_cell``.
    """

    name = "rnn_cell"
    formula = """
        next_h = tanh(x @ weight_x + h @ weight_h + bias)
        grad_sums = grad_next_h * (1 - next_h**2)
        grad_x = grad_sums @ weight_x.T
        grad_h = grad_sums @ weight_h.T
        grad_weight_x = x.T @ grad_sums
        grad_weight_h = h.T @ grad_sums
        grad_bias = sum(grad_sums, axis=0)
        relu: next_h = max(..., 0), grad_sums = grad_next_h * (next_h > 0)
    """
    not_differentiable = "with relu, where a sum inside the nonlinearity is 0"
    moves_kinks = ("weight_x", "weight_h", "bias")
    blocks = 1
    inputs = ("x", "h", "weight_x", "weight_h", "bias")
    outputs = ("next_h",)
    differentiable = inputs
    square = ("weight_h",)
    example_conventions = ({}, {"nonlinearity": "relu"})

    def __init__(self, nonlinearity: str = "tanh") -> None:
        self.nonlinearity = RNNCellLayer(1, 1, None, nonlinearity).nonlinearity

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``h``, the parameters and ``grad_next_h``, away from kinks."""
        draw = super().draw
        return away_from_kinks(lambda: draw(rng, variant=variant), self.margin)

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw a bias with entries near 1000 and -1000, where tanh can overflow."""
        return super().extreme(rng) if self.nonlinearity == "tanh" else None

    def margin(self, arrays: Arrays) -> float:
        """Return how far any input may move before a sum of a ReLU reaches 0."""
        if self.nonlinearity == "tanh":
            return np.inf
        return relu_margin(arrays["x"][:, np.newaxis], arrays["h"], arrays)

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw inputs of which one sum inside the nonlinearity is exactly 0."""
        if self.nonlinearity == "tanh":
            return None
        while True:
            arrays = _one_step(self.draw(rng, variant=variant))
            found = moved_onto_kink(rng, arrays, "h")
            if found is not None:
                return {**found, "x": found["x"][:, 0]}

    def through_kink(self, arrays: Arrays) -> dict[str, Array]:
        """Return what the gradients gain if the slope at 0 is 1."""
        if self.nonlinearity == "tanh":
            return {}
        network = Unrolled.of(arrays["x"][:, np.newaxis], arrays["h"], arrays)
        gains = network.through(arrays["grad_next_h"][:, np.newaxis])
        if gains:
            gains["x"] = gains["x"][:, 0]
        return {f"grad_{_NAMES.get(key, key)}": gain for key, gain in gains.items()}

    def layer(self, arrays: Arrays) -> RNNCellLayer:
        """Return a layer that holds the parameters."""
        hidden = len(arrays["weight_h"])
        layer = RNNCellLayer(len(arrays["weight_x"]), hidden, None, self.nonlinearity)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer


def _one_step(arrays: Arrays) -> dict[str, Array]:
    """Return the arrays of a sequence that is one step long."""
    return {**arrays, "x": arrays["x"][:, np.newaxis]}
