"""Noise on the inputs, which makes a network less sure of each single example."""

from typing import ClassVar

import numpy as np

from reference.arrays import require_floats, require_shape
from reference.conventions import require_choice
from reference.errors import CallOrderError
from reference.layers.elementwise import Elementwise
from reference.protocols import Array


class Jitter(Elementwise):
    """Add normal noise to each entry while training.

    Parameters
    ----------
    sigma
        Standard deviation of the noise, not negative.
    rng
        Draws a new ``noise`` at every ``forward`` while training. Without it the caller
        sets the attribute ``noise``: what is added, of the shape of ``x``, with
        ``sigma`` already in it.
    mode
        ``"training"`` or ``"evaluation"``, which adds nothing; the attribute may be set
        at any time.

    Notes
    -----
    ``out = x + noise`` with noise from N(0, sigma^2 I): the gradients of all that
    follows are taken at the moved point, and ``grad_x = grad_out``.

    References
    ----------
    CMU 10-301/601, lecture 14, "jitter". Bishop: "Training with Noise is Equivalent to
    Tikhonov Regularization" (1995).

    Examples
    --------
    >>> layer = Jitter(0.5)
    >>> layer.noise = np.array([0.25, -0.5])
    >>> layer.forward(np.array([1.0, 2.0])).tolist()
    [1.25, 1.5]
    >>> layer.mode = "evaluation"
    >>> layer.forward(np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    modes: ClassVar[tuple[str, ...]] = ("training", "evaluation")

    def __init__(
        self,
        sigma: float,
        rng: np.random.Generator | None = None,
        *,
        mode: str = "training",
    ) -> None:
        super().__init__()
        if not 0 <= sigma < np.inf:
            raise ValueError(
                f"Jitter: sigma must be finite and not negative, got {sigma}"
            )
        self.sigma = sigma
        self.rng = rng
        self.mode = require_choice("Jitter", "mode", mode, self.modes)
        self.noise: Array | None = None

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return ``x`` with the noise, and ones.

        Raises
        ------
        CallOrderError
            If there is neither a generator nor noise while training.
        DtypeError, NonFiniteError, ShapeError
            If the noise is not finite floating-point numbers of the shape of ``x``.
        """
        mode = require_choice("Jitter", "mode", self.mode, self.modes)
        moved = x.copy() if mode == "evaluation" else x + self._drawn(x)
        return moved, np.ones_like(x)

    def _drawn(self, x: Array) -> Array:
        if self.rng is not None:
            self.noise = self.rng.normal(0.0, self.sigma, x.shape)
        if self.noise is None:
            raise CallOrderError("Jitter: give a generator or set noise before forward")
        require_floats("Jitter", "noise", self.noise)
        require_shape("Jitter", "noise", self.noise, x.shape)
        return self.noise.astype(x.dtype)
