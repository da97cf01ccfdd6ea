"""One step of the plain recurrent network."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_choice
from reference.layers.recurrent import Recurrent
from reference.layers.rnn_step import NONLINEARITIES
from reference.protocols import Array


class RNNCell(Recurrent):
    """Turn a state into the next one: ``tanh(x @ weight_x + h @ weight_h + bias)``.

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
    With the derivative taken at the sum inside the nonlinearity,
    ``grad_sums = grad_next_h * derivative``. Then ``grad_x = grad_sums @ weight_x.T``,
    ``grad_h = grad_sums @ weight_h.T``, ``grad_weight_x = x.T @ grad_sums``,
    ``grad_weight_h = h.T @ grad_sums``, and ``grad_bias`` sums ``grad_sums`` over the
    batch. Libraries with two biases use only their sum here.

    References
    ----------
    Stanford CS231n, assignment 3, ``rnn_step_forward``; CMU 11-785, homework 3 part 1.

    Examples
    --------
    >>> cell = RNNCell(1, 1, nonlinearity="relu")
    >>> cell.params["weight_x"] = np.array([[2.0]])
    >>> cell.params["weight_h"] = np.array([[3.0]])
    >>> cell.forward(np.array([[1.0]]), np.array([[5.0]])).tolist()
    [[17.0]]
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
            "RNNCell", "nonlinearity", nonlinearity, NONLINEARITIES
        )
        self._saved: tuple[Array, Array, Array] | None = None

    def forward(self, x: Array, h: Array) -> Array:
        """Return the next state (N, H) for ``x`` (N, D) and the state ``h`` (N, H).

        Raises
        ------
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers.
        ShapeError
            If the shapes do not fit each other or the parameters.
        """
        self.require_rows(x, h=h)
        value, slope = NONLINEARITIES[self.nonlinearity]
        next_h = value(
            x @ self.params["weight_x"]
            + h @ self.params["weight_h"]
            + self.params["bias"]
        )
        self._saved = (x, h, slope(next_h))
        return next_h

    def backward(self, grad_next_h: Array) -> tuple[Array, Array]:
        """Return the gradients for ``x`` and ``h``, and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_next_h`` does not have the shape of the next state.
        """
        x, h, slope = after_forward("RNNCell", self._saved)
        require_upstream("RNNCell", grad_next_h, h.shape, "grad_next_h")
        grad_sums = grad_next_h * slope
        self.grads = {
            "weight_x": x.T @ grad_sums,
            "weight_h": h.T @ grad_sums,
            "bias": grad_sums.sum(axis=0),
        }
        weight_x, weight_h = self.params["weight_x"], self.params["weight_h"]
        return grad_sums @ weight_x.T, grad_sums @ weight_h.T
