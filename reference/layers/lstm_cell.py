"""One step of the long short-term memory."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_choice
from reference.layers import lstm_step
from reference.layers.recurrent import Recurrent
from reference.protocols import Array


class LSTMCell(Recurrent):
    """Turn a hidden and a cell state into the next ones through three gates.

    Parameters
    ----------
    in_features, hidden_features
        D and H. ``params["weight_x"]`` is (D, 4*H), ``params["weight_h"]`` is (H, 4*H)
        and ``params["bias"]`` is (4*H,).
    rng
        Draws the weights from normal distributions of variance ``1 / D`` and
        ``1 / H``. Without it they are zero; the bias always starts at zero.
    gate_order
        Order of the blocks of H columns: ``"ifog"`` as in CS231n or ``"ifgo"`` as in
        PyTorch, with input gate i, forget gate f, output gate o and candidate g.

    Notes
    -----
    ``i, f, o, g`` are the blocks of ``x @ weight_x + h @ weight_h + bias``, the gates
    through the logistic function and g through tanh. ``next_c = f * c + i * g`` and
    ``next_h = o * tanh(next_c)``. Two gradients come in; the cell state has a part in
    both outputs, so with ``s = tanh(next_c)`` its gradient is
    ``grad_next_c + grad_next_h * o * (1 - s**2)``. Libraries with two biases use only
    their sum.

    References
    ----------
    Hochreiter, Schmidhuber: "Long Short-Term Memory" (1997), with the forget gate of
    Gers, Schmidhuber, Cummins (2000). Stanford CS231n, assignment 3,
    ``lstm_step_forward``.

    Examples
    --------
    >>> cell = LSTMCell(1, 1)
    >>> zero = np.zeros((1, 1))
    >>> next_h, next_c = cell.forward(zero, zero, np.ones((1, 1)))
    >>> next_c.tolist()
    [[0.5]]
    """

    blocks = 4

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        rng: np.random.Generator | None = None,
        gate_order: str = "ifog",
    ) -> None:
        super().__init__(in_features, hidden_features, rng)
        self.gate_order = require_choice(
            "LSTMCell", "gate_order", gate_order, lstm_step.GATE_ORDERS
        )
        self._saved: tuple[Array, Array, lstm_step.Saved] | None = None

    def forward(self, x: Array, h: Array, c: Array) -> tuple[Array, Array]:
        """Return the next ``h`` and ``c``, each (N, H), for ``x`` of shape (N, D).

        Raises
        ------
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers.
        ShapeError
            If the shapes do not fit each other or the parameters.
        """
        self.require_rows(x, h=h, c=c)
        sums = (
            x @ self.params["weight_x"]
            + h @ self.params["weight_h"]
            + self.params["bias"]
        )
        next_h, next_c, saved = lstm_step.forward(sums, c, self.gate_order)
        self._saved = (x, h, saved)
        return next_h, next_c

    def backward(
        self, grad_next_h: Array, grad_next_c: Array
    ) -> tuple[Array, Array, Array]:
        """Return the gradients for ``x``, ``h`` and ``c``, and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If a gradient does not have the shape of its state.
        """
        x, h, saved = after_forward("LSTMCell", self._saved)
        require_upstream("LSTMCell", grad_next_h, h.shape, "grad_next_h")
        require_upstream("LSTMCell", grad_next_c, h.shape, "grad_next_c")
        weight_x, weight_h = self.params["weight_x"], self.params["weight_h"]
        grad_sums = np.empty((len(h), weight_h.shape[1]), dtype=grad_next_h.dtype)
        grad_c = lstm_step.backward(
            saved, grad_next_h, grad_next_c, grad_sums, self.gate_order
        )
        self.grads = {
            "weight_x": x.T @ grad_sums,
            "weight_h": h.T @ grad_sums,
            "bias": grad_sums.sum(axis=0),
        }
        return grad_sums @ weight_x.T, grad_sums @ weight_h.T, grad_c
