"""A learning rate that falls by the same share at every step."""

import math

from reference.conventions import require_choice
from reference.schedules.base import (
    Schedule,
    require_count,
    require_rate,
    require_share,
)

FORMS = ("factor", "natural")


class ExponentialDecay(Schedule):
    """Let the rate fall exponentially.

    Parameters
    ----------
    lr
        Rate of step 0, positive.
    decay
        How fast: see ``form``.
    every
        Number of steps over which ``decay`` is meant, at least 1.
    form
        - ``"factor"``: ``rate = lr * decay**(step / every)`` with ``decay`` in
          ``(0, 1]``. The default, as in PyTorch.
        - ``"natural"``: ``rate = lr * exp(-decay * step / every)`` with ``decay``
          positive, as in CS231n.

    Examples
    --------
    >>> schedule = ExponentialDecay(0.5, decay=0.5)
    >>> [schedule.rate(step) for step in range(4)]
    [0.5, 0.25, 0.125, 0.0625]
    """

    def __init__(
        self, lr: float, decay: float, every: int = 1, form: str = "factor"
    ) -> None:
        self.lr = require_rate("ExponentialDecay", lr)
        self.every = require_count("ExponentialDecay", "every", every, 1)
        self.form = require_choice("ExponentialDecay", "form", form, FORMS)
        if form == "factor":
            self.decay = require_share("ExponentialDecay", "decay", decay)
        else:
            self.decay = require_rate("ExponentialDecay", decay, "decay")

    def formula(self, step: int) -> float:
        """Return the rate after ``step / every`` times the decay."""
        if self.form == "factor":
            return self.lr * self.decay ** (step / self.every)
        return self.lr * math.exp(-self.decay * step / self.every)
