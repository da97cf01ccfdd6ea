"""Adadelta: a step in the units of the parameter."""

from collections.abc import Sequence

import numpy as np

from reference.optimizers.base import Key, Optimizer
from reference.optimizers.hyperparameters import require_fraction, require_positive
from reference.protocols import Array, Parameters


class Adadelta(Optimizer):
    """Scale each entry's gradient by the ratio of two running root mean squares.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Factor on every step, positive. The paper has none, which is 1.
    decay_rate
        rho, in ``[0, 1)``: the share of the old mean squares that is kept.
    eps
        Positive. It stands inside both roots, and nothing would ever move without it.

    Notes
    -----
    With mean squares E and X that start at zero::

        E = rho*E + (1 - rho)*g*g
        d = sqrt(X + eps) / sqrt(E + eps) * g
        X = rho*X + (1 - rho)*d*d
        w = w - lr*d

    X holds the steps before ``lr``, as in PyTorch.

    References
    ----------
    Zeiler: "ADADELTA: An Adaptive Learning Rate Method" (2012), algorithm 1.

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[3.0]]), "bias": np.array([0.0])}
    >>> Adadelta([layer], decay_rate=0.0, eps=16.0).step()
    >>> layer.params["weight"].round(12).tolist()
    [[-2.4]]
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float = 1.0,
        decay_rate: float = 0.9,
        eps: float = 1e-6,
    ) -> None:
        super().__init__(layers, lr)
        self.decay_rate = require_fraction("Adadelta", "decay_rate", decay_rate)
        self.eps = require_positive("Adadelta", "eps", eps)
        self._squares: dict[Key, tuple[Array, Array]] = {}

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Update both mean squares and return the step."""
        of_gradients, of_steps = self._squares.get(
            key, (np.zeros_like(gradient), np.zeros_like(gradient))
        )
        of_gradients = self._averaged(of_gradients, gradient)
        step = (
            np.sqrt(of_steps + self.eps) / np.sqrt(of_gradients + self.eps) * gradient
        )
        self._squares[key] = of_gradients, self._averaged(of_steps, step)
        return -self.lr * step

    def _averaged(self, mean_square: Array, values: Array) -> Array:
        kept = self.decay_rate * mean_square
        return kept + (1 - self.decay_rate) * np.square(values)
