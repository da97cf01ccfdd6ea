"""The gated recurrent unit over a whole sequence."""

import numpy as np

from reference.arrays import after_forward, require_upstream
from reference.conventions import require_choice
from reference.layers import gru_step
from reference.layers.projection import project, rows
from reference.layers.recurrent import Recurrent, steps_first
from reference.protocols import Array


class GRU(Recurrent):
    """Apply one step of the gated recurrent unit to every element of a sequence.

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
        ``"before"`` or ``"after"``, see ``reference.layers.gru_cell``; the latter has
        ``params["bias_h"]`` (3*H,) as well.
    update
        ``"keeps_old"`` or ``"keeps_new"``, see ``reference.layers.gru_cell``.

    Notes
    -----
    Each step is that of ``reference.layers.gru_cell``; ``out[:, t]`` is the state after
    step t. Backward goes from the last step to the first: the gradient for that state
    is ``grad_out[:, t]`` plus what step t + 1 hands back. Gradients of parameters are
    summed over batch and time.

    References
    ----------
    Cho et al.: "Learning Phrase Representations using RNN Encoder-Decoder for
    Statistical Machine Translation" (2014). CMU 11-785, homework 3 part 1.

    Examples
    --------
    >>> GRU(1, 1).forward(np.ones((1, 3, 1)), np.full((1, 1), 8.0)).tolist()
    [[[4.0], [2.0], [1.0]]]
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
        self.reset = require_choice("GRU", "reset", reset, gru_step.RESETS)
        self.update = require_choice("GRU", "update", update, gru_step.UPDATES)
        if self.reset == "after":
            self.params["bias_h"] = np.zeros(3 * hidden_features)
        self._saved: tuple[Array, list[gru_step.Saved]] | None = None

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
        x = steps_first(x)
        sums = project(x, self.params["weight_x"]) + self.params["bias"]
        weight_h = self.params["weight_h"]
        bias_h = self.params["bias_h"] if self.reset == "after" else None
        h, states, saved = h0, [], []
        for step in sums:
            h, kept = gru_step.forward(step, h, weight_h, bias_h, self.update)
            states.append(h)
            saved.append(kept)
        self._saved = (x, saved)
        return np.stack(states, axis=1)

    def backward(self, grad_out: Array) -> tuple[Array, Array]:
        """Return the gradients for ``x`` and ``h0``, and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        x, saved = after_forward("GRU", self._saved)
        count, hidden = saved[0]["h"].shape
        require_upstream("GRU", grad_out, (count, len(saved), hidden))
        weight_x, weight_h = self.params["weight_x"], self.params["weight_h"]
        grad_sums = np.empty((len(saved), count, 3 * hidden), grad_out.dtype)
        grad_products = np.empty_like(grad_sums)
        grad_h = np.zeros_like(grad_out[:, 0])
        for step in reversed(range(len(saved))):
            grad_sums[step], grad_products[step], grad_h = gru_step.backward(
                saved[step],
                grad_out[:, step] + grad_h,
                weight_h,
                self.reset,
                self.update,
            )
        h, left = (np.stack([kept[name] for kept in saved]) for name in ("h", "left"))
        self.grads = gru_step.parameter_gradients(
            rows(x),
            rows(h),
            rows(left),
            rows(grad_sums),
            rows(grad_products),
            self.reset,
        )
        return project(grad_sums, weight_x.T).swapaxes(0, 1).copy(), grad_h
