"""Plain gradient descent, stochastic when the gradients come from minibatches."""

from collections.abc import Sequence

from reference.conventions import require_choice
from reference.optimizers.base import Key, Optimizer
from reference.optimizers.hyperparameters import require_not_negative
from reference.protocols import Array, Parameters

DECAYS = ("none", "coupled", "csu")


class SGD(Optimizer):
    """Move each parameter by ``-lr`` times its gradient.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    decay
        How a step shrinks the parameter w besides following the gradient g:

        - ``"none"``: ``w = w - lr*g``. The default.
        - ``"coupled"``: ``w = w - lr*(g + weight_decay*w)``, the gradient of
          ``weight_decay/2 * ||w||^2`` added to g.
        - ``"csu"``: ``w = (1 - lr)*w - lr*g``, as Colorado State CS 510, lecture 12,
          prints it. The decay has the strength of the step; probably a slip.
    weight_decay
        At least 0; used with ``"coupled"`` only. It acts on every parameter, biases
        included.

    Notes
    -----
    The same rule has three names, after what the gradient was computed from: gradient
    descent (all examples), stochastic gradient descent (one), minibatch SGD (several).
    The optimizer never sees the number of examples. Where a course prints
    ``w = w - alpha/n * g`` for a sum over n examples (Penn CIS 4190/5190, lecture 12),
    use ``lr = alpha/n``, or a loss that averages and ``lr = alpha``.

    References
    ----------
    CMU 10-301/601, lecture 14; Colorado State CS 510, lecture 12 (``"csu"``).

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[2.0]]), "bias": np.array([1.0])}
    >>> SGD([layer], lr=0.5).step()
    >>> layer.params["weight"].tolist()
    [[-1.0]]
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        decay: str = "none",
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(layers, lr)
        self.decay = require_choice("SGD", "decay", decay, DECAYS)
        self.weight_decay = require_not_negative("SGD", "weight_decay", weight_decay)

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Return ``-lr * gradient`` and what the decay adds to it."""
        if self.decay == "coupled":
            return -self.lr * (gradient + self.weight_decay * parameter)
        if self.decay == "csu":
            return -self.lr * (gradient + parameter)
        return -self.lr * gradient
