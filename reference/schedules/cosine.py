"""A learning rate that follows half a period of a cosine."""

import math

from reference.conventions import require_choice
from reference.schedules.base import (
    Schedule,
    require_count,
    require_minimum,
    require_rate,
)

AFTER = ("hold", "restart", "rise")


class Cosine(Schedule):
    """Let the rate fall slowly, then fast, then slowly.

    Parameters
    ----------
    lr
        Rate of step 0, positive.
    steps
        T, the number of the step whose rate is ``minimum``; at least 1.
    minimum
        In ``[0, lr]``.
    after
        What comes after step T: ``"hold"`` stays at ``minimum`` (the default),
        ``"restart"`` jumps to ``lr`` *at* step T and begins again (warm restarts, so
        that ``minimum`` itself is never reached), ``"rise"`` goes back up the way it
        came, as PyTorch's ``CosineAnnealingLR`` does.

    Notes
    -----
    ``rate = minimum + (lr - minimum)/2 * (1 + cos(pi * step/T))``

    References
    ----------
    Loshchilov, Hutter: "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017).

    Examples
    --------
    >>> schedule = Cosine(0.5, steps=2)
    >>> [round(schedule.rate(step), 12) for step in range(4)]
    [0.5, 0.25, 0.0, 0.0]
    """

    def __init__(
        self, lr: float, steps: int, minimum: float = 0.0, after: str = "hold"
    ) -> None:
        self.lr = require_rate("Cosine", lr)
        self.steps = require_count("Cosine", "steps", steps, 1)
        self.minimum = require_minimum("Cosine", minimum, self.lr)
        self.after = require_choice("Cosine", "after", after, AFTER)

    def formula(self, step: int) -> float:
        """Return the rate at the place of ``step`` in its half period."""
        if self.after == "hold":
            step = min(step, self.steps)
        elif self.after == "restart":
            step = step % self.steps
        half = (self.lr - self.minimum) / 2
        return self.minimum + half * (1 + math.cos(math.pi * step / self.steps))
