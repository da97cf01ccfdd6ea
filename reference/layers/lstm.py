"""The long short-term memory over a whole sequence."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_choice
from reference.errors import ConventionError
from reference.layers import lstm_step
from reference.layers.projection import project, rows
from reference.layers.recurrent import Recurrent, steps_first
from reference.protocols import Array


class LSTM(Recurrent):
    """Apply one step of long short-term memory to every element of a sequence in turn.

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
    initial_cell
        ``"zero"``: the cell state starts at zero and ``forward`` takes no ``c0``, as
        in CS231n. ``"given"``: it takes one, and ``backward`` returns its gradient.

    Notes
    -----
    Each step is that of ``reference.layers.lstm_cell``; ``out[:, t]`` is the hidden
    state after step t. Backward goes from the last step to the first with two
    gradients: that for the hidden state is ``grad_out[:, t]`` plus what step t + 1
    hands back, that for the cell state comes from step t + 1 alone and is zero after
    the last step. Gradients of parameters are summed over batch and time. Only
    ``h[t-1] @ weight_h`` has to wait for the step before; all products with
    ``weight_x`` are one, and so is each gradient of a weight.

    References
    ----------
    Hochreiter, Schmidhuber: "Long Short-Term Memory" (1997). Stanford CS231n,
    assignment 3, ``lstm_forward`` and ``lstm_backward``.

    Examples
    --------
    >>> layer = LSTM(1, 1, initial_cell="given")
    >>> out = layer.forward(np.ones((1, 3, 1)), np.zeros((1, 1)), np.full((1, 1), 8.0))
    >>> np.arctanh(2 * out).round(6).tolist()
    [[[4.0], [2.0], [1.0]]]
    """

    blocks = 4

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        rng: np.random.Generator | None = None,
        gate_order: str = "ifog",
        initial_cell: str = "zero",
    ) -> None:
        super().__init__(in_features, hidden_features, rng)
        self.gate_order = require_choice(
            "LSTM", "gate_order", gate_order, lstm_step.GATE_ORDERS
        )
        self.initial_cell = require_choice(
            "LSTM", "initial_cell", initial_cell, ("zero", "given")
        )
        self._saved: tuple[Array, Array, list[lstm_step.Saved]] | None = None

    def forward(self, x: Array, h0: Array, c0: Array | None = None) -> Array:
        """Return the hidden states (N, T, H) for ``x`` of shape (N, T, D).

        Parameters
        ----------
        h0, c0
            States (N, H) before the first step; ``c0`` as ``initial_cell`` says.

        Raises
        ------
        ConventionError
            If ``c0`` is there and should not be, or the other way round.
        DtypeError, NonFiniteError
            If an array does not hold finite floating-point numbers.
        ShapeError
            If the shapes do not fit each other or the parameters.
        """
        if (c0 is not None) != (self.initial_cell == "given"):
            raise ConventionError(
                "LSTM: c0 must be handed in if and only if initial_cell is 'given', "
                f"got {self.initial_cell!r}"
            )
        states = {"h0": h0} if c0 is None else {"h0": h0, "c0": c0}
        self.require_steps(x, **states)
        x = steps_first(x)
        sums = project(x, self.params["weight_x"])
        sums += self.params["bias"]
        # A product of few rows with a matrix is faster if its columns lie in one piece.
        weight_h = np.asfortranarray(self.params["weight_h"])
        hidden, cell = [h0], np.zeros_like(h0) if c0 is None else c0
        saved = []
        for step in range(len(sums)):
            sums[step] += hidden[-1] @ weight_h
            next_h, cell, kept = lstm_step.forward(sums[step], cell, self.gate_order)
            hidden.append(next_h)
            saved.append(kept)
        self._saved = (x, np.stack(hidden), saved)
        return np.stack(hidden[1:], axis=1)

    def backward(self, grad_out: Array) -> tuple[Array, ...]:
        """Return the gradients for ``x``, ``h0`` and a given ``c0``; replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        x, hidden, saved = after_forward("LSTM", self._saved)
        steps, count, _ = x.shape
        require_upstream("LSTM", grad_out, (count, steps, hidden.shape[2]))
        weight_x, weight_h = self.params["weight_x"], self.params["weight_h"]
        grad_sums = np.empty((steps, count, weight_h.shape[1]), dtype=hidden.dtype)
        grad_h = grad_c = np.zeros_like(hidden[0])
        for step in reversed(range(steps)):
            grad_c = lstm_step.backward(
                saved[step],
                grad_out[:, step] + grad_h,
                grad_c,
                grad_sums[step],
                self.gate_order,
            )
            grad_h = grad_sums[step] @ weight_h.T
        flat = rows(grad_sums)
        self.grads = {
            "weight_x": rows(x).T @ flat,
            "weight_h": rows(hidden[:-1]).T @ flat,
            "bias": flat.sum(axis=0),
        }
        grad_x = project(grad_sums, weight_x.T).swapaxes(0, 1).copy()
        return (grad_x, grad_h, grad_c)[: 3 if self.initial_cell == "given" else 2]
