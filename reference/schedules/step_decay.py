"""A learning rate that falls in steps."""

from reference.schedules.base import (
    Schedule,
    require_count,
    require_rate,
    require_share,
)


class StepDecay(Schedule):
    """Multiply the rate by ``factor`` after every ``every`` steps.

    Parameters
    ----------
    lr
        Rate of step 0, positive.
    factor
        In ``(0, 1]``.
    every
        Number of steps between two changes, at least 1.

    Notes
    -----
    ``rate = lr * factor**floor(step / every)``: the first lower rate is that of step
    number ``every``, which is the step after the first ``every`` of them.

    Examples
    --------
    >>> schedule = StepDecay(0.5, factor=0.5, every=2)
    >>> [schedule.rate(step) for step in range(5)]
    [0.5, 0.5, 0.25, 0.25, 0.125]
    """

    def __init__(self, lr: float, factor: float, every: int) -> None:
        self.lr = require_rate("StepDecay", lr)
        self.factor = require_share("StepDecay", "factor", factor)
        self.every = require_count("StepDecay", "every", every, 1)

    def formula(self, step: int) -> float:
        """Return the rate after ``step // every`` reductions."""
        return self.lr * self.factor ** (step // self.every)
