"""Nesterov's accelerated gradient, in its two usual forms."""

from collections.abc import Callable, Sequence

import numpy as np

from reference.conventions import require_choice
from reference.optimizers.base import Key, Optimizer
from reference.optimizers.hyperparameters import require_fraction
from reference.protocols import Array, Parameters

Rule = Callable[[Array, Array, float], Array]


class Nesterov(Optimizer):
    """Take the gradient where the momentum is about to lead.

    Parameters
    ----------
    layers
        Objects with ``params`` and ``grads``.
    lr
        Learning rate, positive.
    momentum
        mu, in ``[0, 1)``.
    form
        With a velocity v that starts at zero:

        - ``"rewritten"``: ``p = v; v = mu*v - lr*g; w = w - mu*p + (1 + mu)*v``, g the
          gradient at w. The default. Stanford CS231n; PyTorch takes the same path
          while ``lr`` stays the same.
        - ``"lookahead"``: ``v = mu*v - lr*g; w = w + v``, g the gradient at
          ``w + mu*v``, which ``lookahead`` puts into ``params``. Penn CIS 4190/5190,
          lecture 12. For *given* gradients this is plain momentum.

    Notes
    -----
    The two are one method seen from two points: the parameters of ``"rewritten"`` are
    ``w + mu*v`` of ``"lookahead"``. A training loop calls ``lookahead`` before
    ``forward``; then both see the same gradients.

    References
    ----------
    Nesterov: "A method of solving a convex programming problem with convergence rate
    O(1/k^2)" (1983); Sutskever et al.: "On the importance of initialization and
    momentum in deep learning" (2013).

    Examples
    --------
    >>> layer = Linear(1, 1)
    >>> layer.grads = {"weight": np.array([[2.0]]), "bias": np.array([1.0])}
    >>> optimizer = Nesterov([layer], lr=0.5, momentum=0.5, form="lookahead")
    >>> optimizer.step()
    >>> layer.params["weight"].tolist()
    [[-1.0]]
    >>> optimizer.lookahead()
    >>> layer.params["weight"].tolist()
    [[-1.5]]
    """

    def __init__(
        self,
        layers: Sequence[Parameters],
        lr: float,
        momentum: float,
        form: str = "rewritten",
    ) -> None:
        super().__init__(layers, lr)
        self.momentum = require_fraction("Nesterov", "momentum", momentum)
        self.form = require_choice("Nesterov", "form", form, _RULES)
        self._velocity: dict[Key, Array] = {}
        self._start: dict[Key, Array] = {}

    def lookahead(self) -> None:
        """Put the parameters where the next gradient is to be taken.

        ``step`` starts from where they were before, whatever ``params`` hold by then.
        A second call before ``step`` changes nothing, and neither does any call under
        ``"rewritten"``, whose parameters are there already.
        """
        if self.form == "rewritten" or self._start:
            return
        for key, params, _ in list(self.held()):
            name = key[1]
            self._start[key] = params[name]
            if key in self._velocity:
                params[name] = params[name] + self.momentum * self._velocity[key]

    def step(self) -> None:
        """Leave the look-ahead point and update every parameter once.

        Raises
        ------
        CallOrderError
            If a parameter has no gradient yet.
        ShapeError
            If a gradient does not have the shape of its parameter.
        """
        for key, params, _ in list(self.held()):
            if key in self._start:
                params[key[1]] = self._start[key]
        self._start.clear()
        super().step()

    def change(self, key: Key, parameter: Array, gradient: Array) -> Array:
        """Return the change that the chosen form prescribes."""
        previous = self._velocity.get(key)
        if previous is None:
            previous = np.zeros_like(gradient)
        velocity = self.momentum * previous - self.lr * gradient
        self._velocity[key] = velocity
        return _RULES[self.form](previous, velocity, self.momentum)


def _rewritten(previous: Array, velocity: Array, momentum: float) -> Array:
    return (1 + momentum) * velocity - momentum * previous


def _lookahead(previous: Array, velocity: Array, momentum: float) -> Array:
    return velocity


_RULES: dict[str, Rule] = {"rewritten": _rewritten, "lookahead": _lookahead}
