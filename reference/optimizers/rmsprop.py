"""RMSProp: Adagrad with a memory that fades."""

from collections.abc import Sequence

import numpy as np

from reference.optimizers.base import Key, Optimizer
from reference.optimizers.hyperparameters import require_fraction
from reference.optimizers.roots import over_root, require_eps
from reference.protocols import Array, Parameters


class RMSProp(Optimizer):
    """Divide each entry's gradient by a running root mean square of it.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    decay_rate
        lam, in ``[0, 1)``: the share of the old mean square that is kept.
    eps
        Positive; keeps the division defined.
    eps_place
        With ``G = lam*G + (1 - lam)*g*g``, from zero:

        - ``"outside"``: ``w = w - lr*g / (sqrt(G) + eps)``. The default, as in CS231n
          and PyTorch.
        - ``"inside"``: ``w = w - lr*g / sqrt(G + eps)``.
        - ``"none"``: ``w = w - lr*g / sqrt(G)``. Penn CIS 4190/5190, lecture 12. Where
          all gradients so far were 0 this is 0/0, and we take a change of 0.

    Notes
    -----
    G starts at zero and nothing corrects for it, so the first steps are longer than
    later ones.

    References
    ----------
    Tieleman, Hinton: "Lecture 6.5: rmsprop", Neural Networks for Machine Learning
    (2012).

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[3.0]]), "bias": np.array([0.0])}
    >>> RMSProp([layer], lr=0.5, decay_rate=0.75, eps_place="none").step()
    >>> layer.params["weight"].tolist(), layer.params["bias"].tolist()
    ([[-1.0]], [0.0])
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        decay_rate: float = 0.99,
        eps: float = 1e-8,
        eps_place: str = "outside",
    ) -> None:
        super().__init__(layers, lr)
        self.decay_rate = require_fraction("RMSProp", "decay_rate", decay_rate)
        self.eps, self.eps_place = require_eps("RMSProp", eps, eps_place)
        self._mean_square: dict[Key, Array] = {}

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Update the mean square and return the scaled step."""
        square = (1 - self.decay_rate) * np.square(gradient)
        if key in self._mean_square:
            square = self.decay_rate * self._mean_square[key] + square
        self._mean_square[key] = square
        return over_root(-self.lr * gradient, square, self.eps, self.eps_place)
