"""Dropout under the conventions that lectures and courses disagree about."""

from typing import ClassVar

import numpy as np

from reference.arrays import require_mask
from reference.conventions import require_choice
from reference.errors import CallOrderError
from reference.layers.elementwise import Elementwise
from reference.protocols import Array


class Dropout(Elementwise):
    """Replace randomly chosen entries by zero while training.

    Parameters
    ----------
    rate
        A probability that leaves some entries, see ``rate_means``.
    rng
        Draws a new ``mask`` at every ``forward`` while training. Without it the caller
        sets the attribute ``mask``: booleans of the shape of ``x``, true where an entry
        is kept.
    rate_means
        ``"drop"``: an entry is dropped with probability ``rate``, which is in
        ``[0, 1)``. The default; CMU 10-714. ``"keep"``: it is kept with that
        probability, in ``(0, 1]``; Coursera Deep Learning (``keep_prob``) and the
        paper.
    scaling
        With the probability q of being kept:

        - ``"inverted"``: kept entries are divided by q while training; evaluation
          changes nothing. The default; Coursera, CS231n and the usual libraries.
        - ``"test_scaled"``: training only drops; evaluation multiplies by q. The paper,
          and Penn, which scales the outgoing weights instead.
        - ``"unscaled"``: training only drops; evaluation changes nothing. CMU
          10-301/601, lecture 14.
    mode
        ``"training"`` or ``"evaluation"``; the attribute may be set at any time.
        Training mode at test time is Monte Carlo dropout.

    Notes
    -----
    ``out = x * factor`` and ``grad_x = grad_out * factor``. While training, ``factor``
    is ``mask / q`` or ``mask``; in evaluation it is q or 1, and no mask is needed.
    Penn CIS 4190 says "drop a fraction p" in words and keeps with probability p in its
    formula. Both agree at 1/2 only, so an assignment must say which it means.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: "Dropout: A Simple Way to
    Prevent Neural Networks from Overfitting" (2014). Penn CIS 4190/5190, lecture 12.

    Examples
    --------
    >>> layer = Dropout(0.75)
    >>> layer.mask = np.array([True, False])
    >>> layer.forward(np.array([1.0, 2.0])).tolist()
    [4.0, 0.0]
    >>> layer.mode = "evaluation"
    >>> layer.forward(np.array([1.0, 2.0])).tolist()
    [1.0, 2.0]
    """

    meanings: ClassVar[tuple[str, ...]] = ("drop", "keep")
    scalings: ClassVar[tuple[str, ...]] = ("inverted", "test_scaled", "unscaled")
    modes: ClassVar[tuple[str, ...]] = ("training", "evaluation")

    def __init__(
        self,
        rate: float,
        rng: np.random.Generator | None = None,
        *,
        rate_means: str = "drop",
        scaling: str = "inverted",
        mode: str = "training",
    ) -> None:
        super().__init__()
        self.rate_means = require_choice(
            "Dropout", "rate_means", rate_means, self.meanings
        )
        self.scaling = require_choice("Dropout", "scaling", scaling, self.scalings)
        self.mode = require_choice("Dropout", "mode", mode, self.modes)
        self.keep = rate if rate_means == "keep" else 1 - rate
        if not 0 < self.keep <= 1:
            range_ = "(0, 1]" if rate_means == "keep" else "[0, 1)"
            raise ValueError(f"Dropout: rate must be in {range_}, got {rate}")
        self.rate = rate
        self.rng = rng
        self.mask: Array | None = None

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return ``x`` with entries dropped or scaled, and the factor of each.

        Raises
        ------
        CallOrderError
            If there is neither a generator nor a mask while training.
        DtypeError, ShapeError
            If the mask is not booleans of the shape of ``x``.
        """
        mode = require_choice("Dropout", "mode", self.mode, self.modes)
        if mode == "evaluation":
            scale = self.keep if self.scaling == "test_scaled" else 1.0
            factor = np.full_like(x, scale)
        else:
            factor = self._kept(x)
            if self.scaling == "inverted":
                factor /= self.keep
        return x * factor, factor

    def _kept(self, x: Array) -> Array:
        if self.rng is not None:
            self.mask = self.rng.random(x.shape) < self.keep
        if self.mask is None:
            raise CallOrderError("Dropout: give a generator or set mask before forward")
        require_mask("Dropout", "mask", self.mask, x.shape)
        return self.mask.astype(x.dtype)
