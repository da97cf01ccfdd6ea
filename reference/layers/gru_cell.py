"""One step of the gated recurrent unit."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_choice
from reference.layers import gru_step
from reference.layers.recurrent import Recurrent
from reference.protocols import Array


class GRUCell(Recurrent):
    """Turn a state into a mixture of itself and a candidate, weighted by a gate.

    Parameters
    ----------
    in_features, hidden_features
        D and H. ``params["weight_x"]`` is (D, 3*H), ``params["weight_h"]`` is (H, 3*H)
        and ``params["bias"]`` is (3*H,). The blocks of H columns belong to the reset
        gate r, the update gate z and the candidate n, in this order.
    rng
        Draws the weights from normal distributions of variance ``1 / D`` and
        ``1 / H``. Without it they are zero; every bias always starts at zero.
    reset
        Where r acts in the candidate. With the index of a block of columns:

        - ``"before"``: ``n = tanh(x @ weight_x[n] + (r * h) @ weight_h[n] + bias[n])``.
          Cho et al. 2014.
        - ``"after"``: ``n = tanh(x @ weight_x[n] + bias[n]
          + r * (h @ weight_h[n] + bias_h[n]))``. PyTorch, cuDNN, CMU 11-785. Here
          ``h @ weight_h`` has a bias of its own, ``params["bias_h"]`` (3*H,), in the
          gates as well.
    update
        ``"keeps_old"``: ``next_h = (1 - z) * n + z * h``, as in Cho et al. 2014,
        PyTorch and CMU 11-785. ``"keeps_new"``: ``next_h = (1 - z) * h + z * n``.

    Notes
    -----
    ``r`` and ``z`` are ``logistic(x @ weight_x + h @ weight_h + bias)`` in their
    columns. The state reaches the output on four ways: directly, through either gate,
    and through the candidate; its gradient is the sum of all four.

    References
    ----------
    Cho et al.: "Learning Phrase Representations using RNN Encoder-Decoder for
    Statistical Machine Translation" (2014), equations 5 to 8. Chung et al.: "Empirical
    Evaluation of Gated Recurrent Neural Networks on Sequence Modeling" (2014), for
    ``"keeps_new"``. CMU 11-785, homework 3 part 1, for ``"after"``.

    Examples
    --------
    >>> GRUCell(1, 1).forward(np.ones((1, 1)), np.full((1, 1), 8.0)).tolist()
    [[4.0]]
    """

    blocks = 3

    def __init__(
        self,
        in_features: int,
        hidden_features: int,
        rng: np.random.Generator | None = None,
        reset: str = "before",
        update: str = "keeps_old",
    ) -> None:
        super().__init__(in_features, hidden_features, rng)
        self.reset = require_choice("GRUCell", "reset", reset, gru_step.RESETS)
        self.update = require_choice("GRUCell", "update", update, gru_step.UPDATES)
        if self.reset == "after":
            self.params["bias_h"] = np.zeros(3 * hidden_features)
        self._saved: tuple[Array, gru_step.Saved] | None = None

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
        next_h, saved = gru_step.forward(
            x @ self.params["weight_x"] + self.params["bias"],
            h,
            self.params["weight_h"],
            self.params["bias_h"] if self.reset == "after" else None,
            self.update,
        )
        self._saved = (x, saved)
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
        x, saved = after_forward("GRUCell", self._saved)
        require_upstream("GRUCell", grad_next_h, saved["h"].shape, "grad_next_h")
        grad_sums, grad_products, grad_h = gru_step.backward(
            saved, grad_next_h, self.params["weight_h"], self.reset, self.update
        )
        self.grads = gru_step.parameter_gradients(
            x, saved["h"], saved["left"], grad_sums, grad_products, self.reset
        )
        return grad_sums @ self.params["weight_x"].T, grad_h
