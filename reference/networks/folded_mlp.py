"""A multilayer perceptron with the biases folded into its weights, as one layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from reference.arrays import after_forward, require_floats, require_upstream
from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.layers.elementwise import Elementwise
from reference.layers.identity import Identity
from reference.layers.sigmoid import Sigmoid
from reference.layers.tanh import Tanh
from reference.protocols import Array

ACTIVATIONS: dict[str, type[Elementwise]] = {
    "tanh": Tanh,
    "sigmoid": Sigmoid,
    "identity": Identity,
}


@dataclass(frozen=True, slots=True)
class _Step:
    """What backward needs of one weight: its input with ones, and the slopes after."""

    weight: Array
    folded: Array
    slope: Array


class FoldedMLP:
    """Send rows through weights that hold their own bias, each before an activation.

    Parameters
    ----------
    sizes
        d_0 to d_L, the widths from the input to the output.
        ``params["weight_0"]`` to ``params[f"weight_{L - 1}"]`` are the lecture's W_1 to
        W_L, of shape (d_l, d_{l-1} + 1).
    activation
        Of the hidden units: ``"tanh"``, ``"sigmoid"`` or ``"identity"``.
    output
        Of the last units: one of these or ``"same"``, which is ``activation``.
    bias
        Column of the bias: ``"folded_first"``, as if every layer began with a unit that
        is always 1, or ``"folded_last"``.
    rng
        Draws every weight from a normal distribution of variance ``1 / (d_{l-1} + 1)``.
        Without it all are zero, for callers who set ``params`` themselves.

    Notes
    -----
    For one example o, with ``o_0 = (1, x)``::

        s_l = W_l o_{l-1},                  o_l = (1, phi(s_l)), without the 1 for l = L
        delta_L = dL/do_L * phi'(s_L)
        delta_l = (W_{l+1}^T delta_{l+1}, bias entry dropped) * phi'(s_l)
        dL/dW_l = sum over examples of delta_l o_{l-1}^T

    ``W_{l+1}^T delta_{l+1}`` has d_l + 1 entries. The one for the unit that is always 1
    goes nowhere: leaving it in gives the wrong shape, while the factor ``1 - o**2`` of
    tanh, taken with the 1, makes it zero and hides that in the values.

    The loss lives outside. The squared error ``(o - y)**2`` of the first lecture is
    ``MeanSquaredError("sum")``, the cost 1/(2n) of the second
    ``MeanSquaredError("half_example_mean")``.

    References
    ----------
    CMU 10-301/601, lecture 14 (folded bias, tanh). Colorado State CS 510, lecture 12
    (tanh or logistic).

    Examples
    --------
    >>> network = FoldedMLP([1, 1], activation="identity")
    >>> network.params["weight_0"] = np.array([[5.0, 2.0]])
    >>> network.forward(np.array([[10.0]])).tolist()
    [[25.0]]
    """

    biases: ClassVar[tuple[str, ...]] = ("folded_first", "folded_last")

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str = "tanh",
        output: str = "same",
        bias: str = "folded_first",
        rng: np.random.Generator | None = None,
    ) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(
                "FoldedMLP: sizes must be two or more numbers of at least 1, "
                f"got {list(sizes)}"
            )
        self.activation = require_choice(
            "FoldedMLP", "activation", activation, ACTIVATIONS
        )
        self.output = require_choice(
            "FoldedMLP", "output", output, ("same", *ACTIVATIONS)
        )
        self.bias = require_choice("FoldedMLP", "bias", bias, self.biases)
        self.params: dict[str, Array] = {}
        for number, (before, after) in enumerate(pairwise(sizes)):
            shape = (after, before + 1)
            self.params[f"weight_{number}"] = (
                np.zeros(shape)
                if rng is None
                else rng.normal(0.0, (before + 1) ** -0.5, shape)
            )
        self.grads: dict[str, Array] = {}
        self._steps: list[_Step] | None = None

    def forward(self, x: Array) -> Array:
        """Return (N, d_L) for ``x`` of shape (N, d_0).

        Raises
        ------
        ShapeError
            If ``x`` is not (N, d_0), or ``params`` were set to shapes that do not fit.
        """
        self._check(x)
        steps: list[_Step] = []
        for number, weight in enumerate(self.params.values()):
            folded = self._with_ones(x)
            x, slope = self._activation(number).value_and_slope(folded @ weight.T)
            steps.append(_Step(weight, folded, slope))
        self._steps = steps
        return x

    def backward(self, grad_out: Array) -> Array:
        """Turn (N, d_L) into the (N, d_0) gradient for ``x`` and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        steps = after_forward("FoldedMLP", self._steps)
        require_upstream("FoldedMLP", grad_out, steps[-1].slope.shape)
        gradients = []
        for step in reversed(steps):
            delta = grad_out * step.slope
            gradients.append(delta.T @ step.folded)
            grad_out = self._without_ones(delta @ step.weight)
        self.grads = dict(zip(self.params, reversed(gradients), strict=True))
        return grad_out

    def _activation(self, number: int) -> Elementwise:
        last = number == len(self.params) - 1
        name = self.output if last and self.output != "same" else self.activation
        return ACTIVATIONS[name]()

    def _with_ones(self, x: Array) -> Array:
        ones = np.ones((len(x), 1), dtype=x.dtype)
        first = self.bias == "folded_first"
        return np.concatenate([ones, x] if first else [x, ones], axis=1)

    def _without_ones(self, folded: Array) -> Array:
        kept = folded[:, 1:] if self.bias == "folded_first" else folded[:, :-1]
        return kept.copy()

    def _check(self, x: Array) -> None:
        for name, array in {"x": x, **self.params}.items():
            require_floats("FoldedMLP", name, array)
        features: int | None = None
        for name, weight in self.params.items():
            columns = "D + 1" if features is None else features + 1
            if weight.ndim != 2 or features not in (None, weight.shape[1] - 1):
                raise ShapeError(
                    f"FoldedMLP: {name} must be (M, {columns}), got {weight.shape}"
                )
            features = weight.shape[0]
        inputs = self.params["weight_0"].shape[1] - 1
        if x.ndim != 2 or x.shape[1] != inputs:
            raise ShapeError(f"FoldedMLP: x must be (N, {inputs}), got {x.shape}")
