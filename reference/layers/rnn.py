"""The plain recurrent network over a whole sequence."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_choice
from reference.layers.projection import project, rows
from reference.layers.recurrent import Recurrent, steps_first
from reference.layers.rnn_step import NONLINEARITIES
from reference.protocols import Array


class RNN(Recurrent):
    """Apply one plain recurrent step to every element of a sequence in turn.

    Parameters
    ----------
    in_features, hidden_features
        D and H. ``params["weight_x"]`` is (D, H), ``params["weight_h"]`` is (H, H) and
        ``params["bias"]`` is (H,).
    rng
        Draws the weights from normal distributions of variance ``1 / D`` and
        ``1 / H``. Without it they are zero; the bias always starts at zero.
    nonlinearity
        ``"tanh"`` or ``"relu"``, whose derivative at 0 is taken as 0.

    Notes
    -----
    ``h[t] = tanh(x[:, t] @ weight_x + h[t-1] @ weight_h + bias)`` and ``out[:, t]`` is
    ``h[t]``. Backward goes through time from the last step to the first: the gradient
    for ``h[t]`` is ``grad_out[:, t]`` plus what step t + 1 hands back. Parameters are
    shared by all steps, so their gradients are summed over batch and time. Only
    ``h[t-1] @ weight_h`` has to wait for the step before; all products with
    ``weight_x`` are one, and so is each gradient of a weight.

    References
    ----------
    Stanford CS231n, assignment 3, ``rnn_forward`` and ``rnn_backward``.

    Examples
    --------
    >>> layer = RNN(1, 1, nonlinearity="relu")
    >>> layer.params["weight_x"] = np.array([[1.0]])
    >>> layer.params["weight_h"] = np.array([[2.0]])
    >>> layer.forward(np.array([[[1.0], [3.0]]]), np.array([[0.5]])).tolist()
    [[[2.0], [7.0]]]
    """

    blocks = 1

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        rng: np.random.Generator | None = None,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__(in_features, hidden_features, rng)
        self.nonlinearity = require_choice(
            "RNN", "nonlinearity", nonlinearity, NONLINEARITIES
        )
        self._saved: tuple[Array, Array] | None = None

    def forward(self, x: Array, h0: Array) -> Array:
        """Return the states (N, T, H) for ``x`` (N, T, D) from the state ``h0`` (N, H).

        Raises
        ------
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers.
        ShapeError
            If the shapes do not fit each other or the parameters.
        """
        self.require_steps(x, h0=h0)
        value, _ = NONLINEARITIES[self.nonlinearity]
        x = steps_first(x)
        sums = project(x, self.params["weight_x"]) + self.params["bias"]
        states = [h0]
        for step in sums:
            states.append(value(step + states[-1] @ self.params["weight_h"]))
        self._saved = (x, np.stack(states))
        return np.stack(states[1:], axis=1)

    def backward(self, grad_out: Array) -> tuple[Array, Array]:
        """Return the gradients for ``x`` and ``h0``, and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        x, states = after_forward("RNN", self._saved)
        steps, count, _ = x.shape
        require_upstream("RNN", grad_out, (count, steps, states.shape[2]))
        _, slope = NONLINEARITIES[self.nonlinearity]
        weight_x, weight_h = self.params["weight_x"], self.params["weight_h"]
        slopes = slope(states[1:])
        grad_sums = np.empty_like(slopes)
        grad_h = np.zeros_like(states[0])
        for step in reversed(range(steps)):
            grad_sums[step] = (grad_out[:, step] + grad_h) * slopes[step]
            grad_h = grad_sums[step] @ weight_h.T
        flat = rows(grad_sums)
        self.grads = {
            "weight_x": rows(x).T @ flat,
            "weight_h": rows(states[:-1]).T @ flat,
            "bias": flat.sum(axis=0),
        }
        return project(grad_sums, weight_x.T).swapaxes(0, 1).copy(), grad_h
