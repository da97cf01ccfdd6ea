"""Plain gradient descent, stochastic when the gradients come from minibatches."""

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

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[2.0]]), "bias": np.array([1.0])}
    >>> SGD([layer], lr=0.5).step()
    >>> layer.params["weight"].tolist()
    [[-1.0]]
    """

    def change(self, key: Key, gradient: Array) -> Array:
        """Return ``-lr * gradient``."""
        return -self.lr * gradient
