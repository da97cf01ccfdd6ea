"""The plain recurrent network over a sequence as an operation."""

import numpy as np

from reference.layers.rnn import RNN as RNNLayer
from reference.operations.base import Array, Arrays
from reference.operations.kinks import away_from_kinks, relu_margin
from reference.operations.one_kink import OneKink
from reference.operations.recurrent import SequenceOperation
from reference.operations.recurrent_kinks import Unrolled, moved_onto_kink

_NAMES = {"state": "h0"}


class RNN(OneKink, SequenceOperation):
    """All steps with weight_x (D, H), weight_h (H, H) and bias (H,).

    Parameters
    ----------
    nonlinearity
        See ``reference.layers.rnn_cell``.
    """

    name = "rnn"
    formula = """
        h[t] = tanh(x[:, t] @ weight_x + h[t-1] @ weight_h + bias), h[-1] = h0
        out[:, t] = h[t]
        grad_sums[t] = (grad_out[:, t] + grad_sums[t+1] @ weight_h.T) * (1 - h[t]**2)
        grad_x[:, t] = grad_sums[t] @ weight_x.T
        grad_h0 = grad_sums[0] @ weight_h.T
        grad_weight_x = sum over t of x[:, t].T @ grad_sums[t]
        grad_weight_h = sum over t of h[t-1].T @ grad_sums[t]
        grad_bias = sum of grad_sums over batch and time
        relu: max(..., 0) in place of tanh, (h[t] > 0) in place of (1 - h[t]**2)
    """
    not_differentiable = "with relu, where a sum inside the nonlinearity is 0"
    moves_kinks = ("weight_x", "weight_h", "bias")
    blocks = 1
    inputs = ("x", "h0", "weight_x", "weight_h", "bias")
    differentiable = inputs
    square = ("weight_h",)
    example_conventions = ({}, {"nonlinearity": "relu"})

    def __init__(self, nonlinearity: str = "tanh") -> None:
        self.nonlinearity = RNNLayer(1, 1, None, nonlinearity).nonlinearity

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``h0``, the parameters and ``grad_out``, away from kinks."""
        draw = super().draw
        return away_from_kinks(lambda: draw(rng, variant=variant), self.margin)

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw a bias with entries near 1000 and -1000, where tanh can overflow."""
        return super().extreme(rng) if self.nonlinearity == "tanh" else None

    def margin(self, arrays: Arrays) -> float:
        """Return how far any input may move before a sum of a ReLU reaches 0."""
        if self.nonlinearity == "tanh":
            return np.inf
        return relu_margin(arrays["x"], arrays["h0"], arrays)

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw inputs of which one sum inside the nonlinearity is exactly 0."""
        if self.nonlinearity == "tanh":
            return None
        while True:
            found = moved_onto_kink(rng, self.draw(rng, variant=variant), "h0")
            if found is not None:
                return found

    def through_kink(self, arrays: Arrays) -> dict[str, Array]:
        """Return what the gradients gain if the slope at 0 is 1."""
        if self.nonlinearity == "tanh":
            return {}
        network = Unrolled.of(arrays["x"], arrays["h0"], arrays)
        gains = network.through(arrays["grad_out"])
        return {f"grad_{_NAMES.get(key, key)}": gain for key, gain in gains.items()}

    def layer(self, arrays: Arrays) -> RNNLayer:
        """Return a layer that holds the parameters."""
        hidden = len(arrays["weight_h"])
        layer = RNNLayer(len(arrays["weight_x"]), hidden, None, self.nonlinearity)
        layer.params = {name: arrays[name] for name in self.parameters}
        return layer
