"""A multilayer perceptron with its loss as an operation."""

from itertools import pairwise
from typing import Any

import numpy as np

from reference.networks.mlp import ACTIVATIONS, TARGETS
from reference.networks.mlp import MLP as MLPNetwork
from reference.operations.base import Array, Arrays
from reference.operations.draws import labels, signed
from reference.operations.families import LossOperation
from reference.operations.reach import reach

# Examples and widths from the input to the output.
SIZES = ((5, (7, 4, 6, 3)), (9, (5, 8, 3, 4)), (1, (7, 4, 6, 3)))
DEPTHS = (1, 2, 3)
SCALE = 0.5
ENOUGH = 2.0**-8
"""Margin that a draw must have."""

FAR = 800.0
"""Beyond what ``exp`` can take, and no further, so that the digits last."""

MANY = 11


class MLP(LossOperation):
    """Loss of a batch, and gradients for ``weight_0``, ``bias_0``, ``weight_1``, ...

    For code that has the whole network in one function. ``weight_l`` is (d_l, d_{l+1})
    and ``bias_l`` (d_{l+1},); no gradient is asked for ``x``.

    Parameters
    ----------
    activation, loss, reduction
        See ``reference.networks.mlp``. With ``loss = "mean_squared_error"`` the second
        input is ``targets`` in place of ``labels``.
    depth
        Number of weights, 1 to 3.
    """

    name = "mlp"
    formula = """
        a_0 = x; z_l = a_{l-1} @ weight_{l-1} + bias_{l-1}; a_l = phi(z_l) for l < L
        loss = softmax cross-entropy of z_L and labels, or squared error of z_L
        delta_L = gradient of the loss for z_L
        delta_l = (delta_{l+1} @ weight_l.T) * phi'(z_l)
        grad_weight_{l-1} = a_{l-1}.T @ delta_l
        grad_bias_{l-1} = sum(delta_l, axis=0)
    """
    not_differentiable = "where a sum in front of ReLU is 0"
    example_conventions = (
        {},
        {"activation": "tanh"},
        {"activation": "sigmoid", "loss": "mean_squared_error"},
        {"reduction": "sum", "depth": 1},
        {"loss": "mean_squared_error", "reduction": "sum", "depth": 2},
    )

    def __init__(
        self,
        activation: str = "relu",
        loss: str = "softmax_cross_entropy",
        reduction: str = "mean",
        depth: int = 3,
    ) -> None:
        checked = MLPNetwork(activation, loss, reduction)
        self.activation, self.judge = checked.activation, checked.loss
        self.reduction = checked.reduction
        if depth not in DEPTHS:
            raise ValueError(f"MLP: depth must be 1 to 3, got {depth!r}")
        self.depth = depth
        self.parameters = tuple(
            f"{kind}_{number}" for number in range(depth) for kind in ("weight", "bias")
        )
        self.inputs = ("x", TARGETS[self.judge], *self.parameters)
        self.differentiable = self.parameters

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x`` (N, d_0), labels or targets, and parameters, away from kinks."""
        count, widths = SIZES[variant]
        return self._away_from_kinks(rng, count, widths[: self.depth + 1])

    def extreme(self, rng: np.random.Generator) -> dict[str, Array] | None:
        """Draw a last bias near 800, which changes nothing about cross-entropy.

        With many classes some of its entries move against each other when each is
        changed in its last digit, and the loss of digits is seen.
        """
        if self.judge != "softmax_cross_entropy":
            return None
        count, widths = SIZES[0]
        arrays = self._away_from_kinks(rng, count, (*widths[: self.depth], MANY))
        last = f"bias_{self.depth - 1}"
        return {**arrays, last: arrays[last] + FAR}

    def _away_from_kinks(
        self, rng: np.random.Generator, count: int, widths: tuple[int, ...]
    ) -> dict[str, Array]:
        while self.margin(arrays := self._drawn(rng, count, widths)) < ENOUGH:
            pass
        return arrays

    def _drawn(
        self, rng: np.random.Generator, count: int, widths: tuple[int, ...]
    ) -> dict[str, Array]:
        arrays = {"x": signed(rng, (count, widths[0]))}
        if self.inputs[1] == "labels":
            arrays["labels"] = labels(rng, count, widths[-1])
        else:
            arrays["targets"] = signed(rng, (count, widths[-1]))
        for number, shape in enumerate(pairwise(widths)):
            arrays[f"weight_{number}"] = signed(rng, shape, scale=SCALE)
            arrays[f"bias_{number}"] = signed(rng, shape[1:], scale=SCALE)
        return arrays

    def margin(self, arrays: Arrays) -> float:
        """Return how far one input may move at least without reaching a kink."""
        if self.activation != "relu":
            return np.inf
        moved, margin, value = 0.0, np.inf, arrays["x"]
        for number in range(self.depth - 1):
            weight = arrays[f"weight_{number}"]
            moved = reach(weight, value, moved)
            sums = value @ weight + arrays[f"bias_{number}"]
            margin = min(margin, float(np.min(np.abs(sums))) / moved)
            value = ACTIVATIONS[self.activation]().forward(sums)
        return margin

    def loss(self) -> MLPNetwork:
        """Return a fresh network with its loss."""
        return MLPNetwork(self.activation, self.judge, self.reduction)

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``sizes``, the widths from the input to the output."""
        shapes = [arrays[f"weight_{number}"].shape for number in range(self.depth)]
        return {"sizes": [shapes[0][0], *(after for _, after in shapes)]}
