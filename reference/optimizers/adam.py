"""Adam: momentum and a rate for each entry, both from running averages."""

from collections.abc import Sequence

from reference.conventions import require_choice, require_flag
from reference.optimizers.base import Key
from reference.optimizers.moments import MomentOptimizer
from reference.optimizers.roots import over_root
from reference.protocols import Array, Parameters

STEP_SIZES = ("lr", "none")


class Adam(MomentOptimizer):
    """Move along the average gradient over the root of the average square.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    beta1, beta2
        In ``[0, 1)``.
    eps
        Positive; keeps the division defined.
    eps_place
        ``"outside"`` divides by ``sqrt(v) + eps`` (the default, as in the paper),
        ``"inside"`` by ``sqrt(v + eps)``, ``"none"`` by ``sqrt(v)``. The last is 0/0
        where all gradients so far were 0, and we take a change of 0. v is the
        corrected one where there is a correction.
    bias_correction
        Whether both averages are divided by ``1 - beta^t`` before use. What is
        remembered is never corrected.
    step_size
        ``"lr"``, or ``"none"`` for a step without a learning rate, which then has no
        influence at all.

    Notes
    -----
    With gradient g and t = 1 at the first step::

        m = beta1*m + (1 - beta1)*g;  M = m / (1 - beta1^t)
        v = beta2*v + (1 - beta2)*g*g;  V = v / (1 - beta2^t)
        w = w - lr * M / (sqrt(V) + eps)

    Penn CIS 4190/5190, lecture 12, prints ``w = w - m / sqrt(v)``: that is
    ``bias_correction=False, eps_place="none", step_size="none"``.

    References
    ----------
    Kingma, Ba: "Adam: A Method for Stochastic Optimization" (2015), algorithm 1.

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[2.0]]), "bias": np.array([-4.0])}
    >>> Adam([layer], lr=0.5, eps_place="none").step()
    >>> layer.params["bias"].round(12).tolist()
    [0.5]
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        eps_place: str = "outside",
        bias_correction: bool = True,
        step_size: str = "lr",
    ) -> None:
        super().__init__(layers, lr, beta1, beta2, eps, eps_place)
        owner = type(self).__name__
        self.bias_correction = require_flag(owner, "bias_correction", bias_correction)
        self.step_size = require_choice(owner, "step_size", step_size, STEP_SIZES)

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Update both averages and return the step."""
        number, first, second = self.averaged(key, gradient)
        if self.bias_correction:
            first = first / (1 - self.beta1**number)
            second = second / (1 - self.beta2**number)
        rate = self.lr if self.step_size == "lr" else 1.0
        return over_root(-rate * first, second, self.eps, self.eps_place)
