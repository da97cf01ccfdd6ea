"""Gradient descent with momentum, in the five forms that lectures print."""

from collections.abc import Callable, Sequence

import numpy as np

from reference.conventions import require_choice
from reference.optimizers.base import Key, Optimizer
from reference.optimizers.hyperparameters import require_fraction
from reference.protocols import Array, Parameters

Rule = Callable[[Array, Array, float, float], tuple[Array, Array]]


class Momentum(Optimizer):
    """Keep moving in the direction of earlier gradients.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    momentum
        mu, in ``[0, 1)``.
    form
        With gradient g, parameter w and a state that starts at zero:

        - ``"velocity"``: ``v = mu*v - lr*g; w = w + v``. The default. Penn CIS
          4190/5190, lecture 12; Stanford CS231n.
        - ``"displacement"``: ``d = lr*g + mu*d; w = w - d``. McGill COMP 451, lecture
          22. The same path as ``"velocity"``, under a schedule as well.
        - ``"accumulated"``: ``v = mu*v + g; w = w - lr*v``, as in PyTorch. Equal to the
          first two while ``lr`` stays the same.
        - ``"average"``: ``v = mu*v + (1 - mu)*g; w = w - lr*v``. Coursera Deep
          Learning, course 2.
        - ``"two_term"``: ``w = w - lr*(mu*p + g)`` with the gradient p of the step
          before. CMU 10-301/601, lecture 14, as printed; it forgets everything older.

    References
    ----------
    Polyak: "Some methods of speeding up the convergence of iteration methods" (1964).

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[2.0]]), "bias": np.array([1.0])}
    >>> optimizer = Momentum([layer], lr=0.5, momentum=0.5)
    >>> optimizer.step()
    >>> optimizer.step()
    >>> layer.params["weight"].tolist()
    [[-2.5]]
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        momentum: float,
        form: str = "velocity",
    ) -> None:
        super().__init__(layers, lr)
        self.momentum = require_fraction("Momentum", "momentum", momentum)
        self.form = require_choice("Momentum", "form", form, _RULES)
        self._state: dict[Key, Array] = {}

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Return the change that the chosen form prescribes."""
        state = self._state.get(key)
        if state is None:
            state = np.zeros_like(gradient)
        rule = _RULES[self.form]
        self._state[key], change = rule(state, gradient, self.lr, self.momentum)
        return change


def _velocity(
    state: Array, gradient: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    velocity = momentum * state - lr * gradient
    return velocity, velocity


def _displacement(
    state: Array, gradient: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    displacement = lr * gradient + momentum * state
    return displacement, -displacement


def _accumulated(
    state: Array, gradient: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    velocity = momentum * state + gradient
    return velocity, -lr * velocity


def _average(
    state: Array, gradient: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    velocity = momentum * state + (1 - momentum) * gradient
    return velocity, -lr * velocity


def _two_term(
    state: Array, gradient: Array, lr: float, momentum: float
) -> tuple[Array, Array]:
    # The caller owns the gradient and may write the next one into the same array.
    return gradient.copy(), -lr * (momentum * state + gradient)


_RULES: dict[str, Rule] = {
    "velocity": _velocity,
    "displacement": _displacement,
    "accumulated": _accumulated,
    "average": _average,
    "two_term": _two_term,
}
