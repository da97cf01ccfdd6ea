"""The Huber loss: squared near zero, absolute further out."""

from typing import ClassVar

import numpy as np

from reference.conventions import require_choice
from reference.losses.entrywise import EntrywiseLoss
from reference.protocols import Array


class Huber(EntrywiseLoss):
    """Squared difference up to ``delta``, linear beyond, averaged over all entries.

    Parameters
    ----------
    delta
        Where the parabola goes over into a straight line, positive.
    form
        ``"huber"`` as below; ``"smooth_l1"`` is the same divided by ``delta``, so that
        the straight parts have slope 1. Both agree where ``delta`` is 1.
    reduction
        ``"mean"`` divides by the number of entries, ``"example_mean"`` by the number
        of examples, ``"sum"`` by nothing.

    Notes
    -----
    With ``d = predictions - targets`` the loss of an entry is ``d**2 / 2`` where
    ``|d| <= delta`` and ``delta * (|d| - delta/2)`` elsewhere. Its derivative is d,
    clipped to ``[-delta, delta]``, and continuous.

    References
    ----------
    Huber: "Robust Estimation of a Location Parameter" (1964); Girshick: "Fast R-CNN"
    (2015) for ``"smooth_l1"`` with ``delta`` 1.

    Examples
    --------
    >>> Huber(delta=1.0).forward(np.array([[0.5, 3.0]]), np.array([[0.0, 0.0]]))
    1.3125
    """

    forms: ClassVar[tuple[str, ...]] = ("huber", "smooth_l1")

    def __init__(
        self, delta: float = 1.0, form: str = "huber", reduction: str = "mean"
    ) -> None:
        super().__init__(reduction)
        if not 0 < delta < np.inf:
            raise ValueError(f"Huber: delta must be positive and finite, got {delta}")
        self.delta = float(delta)
        self.form = require_choice("Huber", "form", form, self.forms)

    def value_and_slope(
        self, predictions: Array, targets: Array
    ) -> tuple[Array, Array]:
        """Return the loss of each entry and the clipped difference."""
        difference = predictions - targets
        slope = np.clip(difference, -self.delta, self.delta)
        # With the clipped difference c, both parts are c * (d - c/2).
        value = slope * (difference - slope / 2.0)
        if self.form == "smooth_l1":
            return value / self.delta, slope / self.delta
        return value, slope
