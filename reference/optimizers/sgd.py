"""Plain gradient descent, stochastic when the gradients come from minibatches."""

from typing import ClassVar

from reference.optimizers.base import Key, Optimizer
from reference.protocols import Array


class SGD(Optimizer):
    """Move each parameter by ``-lr`` times its gradient.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.

    References
    ----------
    CMU 10-301/601, lecture 14.
    """

    example_args: ClassVar[tuple[float, ...]] = (0.1,)

    def change(self, key: Key, gradient: Array) -> Array:
        """Return ``-lr * gradient``."""
        return -self.lr * gradient
