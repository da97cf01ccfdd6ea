"""Nadam: Adam with Nesterov's momentum."""

from collections.abc import Sequence

from reference.conventions import require_choice
from reference.optimizers.base import Key
from reference.optimizers.hyperparameters import require_not_negative
from reference.optimizers.moments import MomentOptimizer
from reference.optimizers.roots import over_root
from reference.protocols import Array, Parameters

FORMS = ("scheduled", "constant")


class Nadam(MomentOptimizer):
    """Mix the present gradient into Adam's average once more before the step.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    beta1, beta2
        In ``[0, 1)``.
    momentum_decay
        psi, at least 0: how fast the momentum of ``"scheduled"`` approaches ``beta1``.
    eps, eps_place
        See ``reference.optimizers.adam``.
    form
        With m, v and t of Adam, ``V = v / (1 - beta2^t)`` and
        ``w = w - lr * D / (sqrt(V) + eps)``:

        - ``"scheduled"``: ``D = mu[t+1]*m / (1 - mu[1]*...*mu[t+1])
          + (1 - mu[t])*g / (1 - mu[1]*...*mu[t])`` where
          ``mu[t] = beta1 * (1 - 0.96^(t*psi) / 2)``. The default, as in PyTorch. The
          paper also averages m with ``mu[t]`` in place of ``beta1``.
        - ``"constant"``: ``D = (beta1*m + (1 - beta1)*g) / (1 - beta1^t)``, as in
          Ruder's overview and in lectures after it.

    References
    ----------
    Dozat: "Incorporating Nesterov Momentum into Adam" (2016); Ruder: "An overview of
    gradient descent optimization algorithms" (2016).

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[2.0]]), "bias": np.array([-4.0])}
    >>> Nadam([layer], lr=0.5, beta1=0.5, eps_place="none", form="constant").step()
    >>> layer.params["bias"].round(12).tolist()
    [0.75]
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        momentum_decay: float = 0.004,
        eps: float = 1e-8,
        eps_place: str = "outside",
        form: str = "scheduled",
    ) -> None:
        super().__init__(layers, lr, beta1, beta2, eps, eps_place)
        self.momentum_decay = require_not_negative(
            "Nadam", "momentum_decay", momentum_decay
        )
        self.form = require_choice("Nadam", "form", form, FORMS)
        self._product: dict[Key, float] = {}

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Update both averages and return the step."""
        number, first, second = self.averaged(key, gradient)
        of_average, of_gradient = self._shares(key, number)
        mixed = of_average * first + of_gradient * gradient
        second = second / (1 - self.beta2**number)
        return over_root(-self.lr * mixed, second, self.eps, self.eps_place)

    def _shares(self, key: Key, number: int) -> tuple[float, float]:
        """Return the factors of ``m`` and of the gradient."""
        if self.form == "constant":
            correction = 1 - self.beta1**number
            return self.beta1 / correction, (1 - self.beta1) / correction
        now, following = self._momentum(number), self._momentum(number + 1)
        product = self._product.get(key, 1.0) * now
        self._product[key] = product
        return following / (1 - product * following), (1 - now) / (1 - product)

    def _momentum(self, number: int) -> float:
        return self.beta1 * (1 - 0.5 * 0.96 ** (number * self.momentum_decay))
