"""Running averages of the gradient and of its square, as Adam and its kin keep them."""

from collections.abc import Sequence

import numpy as np

from reference.optimizers.base import Key, Optimizer
from reference.optimizers.hyperparameters import require_fraction
from reference.optimizers.roots import require_eps
from reference.protocols import Array, Parameters


class MomentOptimizer(Optimizer):
    """Keep ``m`` and ``v`` of each parameter; a subclass states what to do with them.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    beta1, beta2
        In ``[0, 1)``: the shares of the old averages that are kept.
    eps, eps_place
        See ``reference.optimizers.roots``.
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        beta1: float,
        beta2: float,
        eps: float,
        eps_place: str,
    ) -> None:
        super().__init__(layers, lr)
        owner = type(self).__name__
        self.beta1 = require_fraction(owner, "beta1", beta1)
        self.beta2 = require_fraction(owner, "beta2", beta2)
        self.eps, self.eps_place = require_eps(owner, eps, eps_place)
        self._moments: dict[Key, tuple[int, Array, Array]] = {}

    def averaged(self, key: Key, gradient: Array) -> tuple[int, Array, Array]:
        """Take a gradient in; return its number from 1 on, ``m`` and ``v``.

        ``m = beta1*m + (1 - beta1)*g`` and ``v = beta2*v + (1 - beta2)*g*g`` start at
        zero. They are returned as they are remembered: do not write into them.
        """
        number, first, second = self._moments.get(
            key, (0, np.zeros_like(gradient), np.zeros_like(gradient))
        )
        first = self.beta1 * first + (1 - self.beta1) * gradient
        second = self.beta2 * second + (1 - self.beta2) * np.square(gradient)
        self._moments[key] = number + 1, first, second
        return self._moments[key]
