"""The multilayer perceptron with folded biases as an operation."""

from typing import Any

import numpy as np

from reference.networks.folded_mlp import FoldedMLP as FoldedMLPNetwork
from reference.operations.base import Array, Arrays
from reference.operations.directions import steepest
from reference.operations.draws import signed
from reference.operations.families import LayerOperation
from reference.operations.relations import Relation, independent_examples

SIZES = ((5, (7, 4, 3, 2)), (9, (5, 3, 6, 4)), (1, (7, 4, 3, 2)))
SCALE = 0.5
DEPTHS = (1, 2, 3)
FAR = 1024.0


class FoldedMLP(LayerOperation):
    """Weights (d_l, d_{l-1} + 1) with the bias as a column, each before an activation.

    Parameters
    ----------
    activation, output, bias
        See ``reference.networks.folded_mlp``.
    depth
        Number of weights, 1 to 3: ``weight_0``, ``weight_1``, ...
    """

    name = "folded_mlp"
    formula = """
        o_0 = x; s_l = (1, o_{l-1}) @ weight_{l-1}.T; o_l = phi(s_l); out = o_L
        delta_L = grad_out * phi'(s_L)
        delta_l = (delta_{l+1} @ weight_l without the bias column) * phi'(s_l)
        grad_weight_{l-1} = delta_l.T @ (1, o_{l-1})
        grad_x = delta_1 @ weight_0 without the bias column
    """
    example_conventions = (
        {},
        {"activation": "sigmoid", "bias": "folded_last"},
        {"activation": "sigmoid", "output": "identity"},
        {"activation": "identity", "output": "tanh"},
        {"output": "sigmoid", "depth": 3},
        {"depth": 1},
    )

    def __init__(
        self,
        activation: str = "tanh",
        output: str = "same",
        bias: str = "folded_first",
        depth: int = 2,
    ) -> None:
        checked = FoldedMLPNetwork([1, 1], activation, output, bias)
        self.activation, self.output_activation = checked.activation, checked.output
        self.bias = checked.bias
        if depth not in DEPTHS:
            raise ValueError(f"FoldedMLP: depth must be 1 to 3, got {depth!r}")
        self.depth = depth
        self.parameters = tuple(f"weight_{number}" for number in range(depth))
        self.inputs = ("x", *self.parameters)
        self.differentiable = self.inputs

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that backward is linear and that examples do not meet."""
        every = independent_examples(("x", "grad_out"), ("out", "grad_x"))
        return (*super().relations, every)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` (N, d_0), the weights, and ``grad_out`` (N, d_L)."""
        count, widths = SIZES[variant]
        arrays = {"x": signed(rng, (count, widths[0]), scale=SCALE)}
        for name, before, after in zip(
            self.parameters, widths, widths[1:], strict=False
        ):
            arrays[name] = signed(rng, (after, before + 1), scale=SCALE)
        arrays["grad_out"] = signed(rng, (count, widths[self.depth]))
        return arrays

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw rows whose sums in front of the first sigmoids are ordinary or far out.

        They are beyond 1000 then, or below -1000, all of them.
        """
        if self.activation != "sigmoid":
            return None
        arrays = self.draw(rng)
        x, weight = arrays["x"], arrays["weight_0"]
        weight = weight[:, 1:] if self.bias == "folded_first" else weight[:, :-1]
        direction, slope = steepest(rng, x.shape[1], lambda one: weight @ one)
        signs = np.resize([0.0, 1.0, -1.0], (len(x), 1))
        return {**arrays, "x": x + signs * np.ceil(FAR / slope) * direction}

    def layer(self, arrays: Arrays) -> FoldedMLPNetwork:
        """Return a network that holds the weights."""
        weights = {name: arrays[name] for name in self.parameters}
        network = FoldedMLPNetwork(
            self._widths(arrays), self.activation, self.output_activation, self.bias
        )
        network.params = weights
        return network

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``sizes``, the widths from the input to the output."""
        return {"sizes": self._widths(arrays)}

    def _widths(self, arrays: Arrays) -> list[int]:
        shapes = [arrays[name].shape for name in self.parameters]
        return [shapes[0][1] - 1, *(shape[0] for shape in shapes)]
