"""AdamW: Adam with a weight decay that does not pass through the averages."""

from collections.abc import Sequence

from reference.optimizers.adam import Adam
from reference.optimizers.base import Key
from reference.optimizers.hyperparameters import require_not_negative
from reference.protocols import Array, Parameters


class AdamW(Adam):
    """Take Adam's step and shrink the parameter beside it.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    weight_decay
        At least 0. It acts on every parameter, biases included.
    beta1, beta2, eps, eps_place
        See ``reference.optimizers.adam``.

    Notes
    -----
    ``w = w - lr*weight_decay*w - lr * M / (sqrt(V) + eps)`` with M and V of Adam for
    the gradient alone, and w the same on both terms. The decay is multiplied by the
    learning rate, as in PyTorch; the paper keeps the two apart.

    References
    ----------
    Loshchilov, Hutter: "Decoupled Weight Decay Regularization" (2019), algorithm 2.

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.params["weight"] = np.array([[8.0]])
    >>> layer.grads = {"weight": np.array([[2.0]]), "bias": np.array([0.0])}
    >>> AdamW([layer], lr=0.5, weight_decay=0.25, eps_place="none").step()
    >>> layer.params["weight"].round(12).tolist()
    [[6.5]]
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        weight_decay: float = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        eps_place: str = "outside",
    ) -> None:
        super().__init__(layers, lr, beta1, beta2, eps, eps_place)
        self.weight_decay = require_not_negative("AdamW", "weight_decay", weight_decay)

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Return Adam's step and the decay."""
        step = super().change(key, parameter, gradient)
        return step - self.lr * self.weight_decay * parameter
