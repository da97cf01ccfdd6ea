"""Adagrad: a rate for each entry that shrinks with the gradients it has seen."""

from collections.abc import Sequence

import numpy as np

from reference.optimizers.base import Key, Optimizer
from reference.optimizers.roots import over_root, require_eps
from reference.protocols import Array, Parameters


class Adagrad(Optimizer):
    """Divide each entry's gradient by the root of the sum of its squares so far.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    eps
        Positive; keeps the division defined.
    eps_place
        With S, the running sum of ``g*g``, from zero:

        - ``"outside"``: ``w = w - lr*g / (sqrt(S) + eps)``. The default, as in the
          paper, CS231n and PyTorch.
        - ``"inside"``: ``w = w - lr*g / sqrt(S + eps)``. CMU 10-301/601, lecture 14.
        - ``"none"``: ``w = w - lr*g / sqrt(S)``. Penn CIS 4190/5190, lecture 12. Where
          all gradients so far were 0 this is 0/0, and we take a change of 0.

    Notes
    -----
    S never shrinks, so neither does the divisor.

    References
    ----------
    Duchi, Hazan, Singer: "Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization" (2011).

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[3.0]]), "bias": np.array([0.0])}
    >>> Adagrad([layer], lr=0.5, eps_place="none").step()
    >>> layer.params["weight"].tolist(), layer.params["bias"].tolist()
    ([[-0.5]], [0.0])
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        eps: float = 1e-8,
        eps_place: str = "outside",
    ) -> None:
        super().__init__(layers, lr)
        self.eps, self.eps_place = require_eps("Adagrad", eps, eps_place)
        self._sum: dict[Key, Array] = {}

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Add the squares to the sum and return the scaled step."""
        square = np.square(gradient)
        if key in self._sum:
            square = self._sum[key] + square
        self._sum[key] = square
        return over_root(-self.lr * gradient, square, self.eps, self.eps_place)
