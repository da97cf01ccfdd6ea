"""A learning rate that grows at first."""

from reference.conventions import require_choice
from reference.schedules.base import Schedule, require_count

CLOCKS = ("restarted", "shared")


class WarmUp(Schedule):
    """Rise in a straight line to the rate of another schedule, then follow it.

    Parameters
    ----------
    then
        The other schedule; ``ConstantRate`` where nothing else is wanted.
    steps
        W, the number of the first step with the full rate; at least 1.
    start
        Share of the full rate at step 0, in ``[0, 1]``. ``steps=n - 1, start=1/n``
        gives the shares ``1/n, 2/n, ..., 1``.
    clock
        Which step the other schedule sees:

        - ``"restarted"``: its own count, which begins after the warm-up. Before that
          the full rate is that of its step 0. The default.
        - ``"shared"``: the same count, from step 0 on, so that it may fall during the
          warm-up already.

    Notes
    -----
    ``share = start + (1 - start) * step/W`` up to step W, then 1. ``"restarted"``:
    ``rate = share * then.rate(max(step - W, 0))``; ``"shared"``:
    ``rate = share * then.rate(step)``.

    References
    ----------
    Goyal et al.: "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour" (2017).

    Examples
    --------
    >>> from reference.schedules.constant_rate import ConstantRate
    >>> schedule = WarmUp(ConstantRate(0.5), steps=2)
    >>> [schedule.rate(step) for step in range(4)]
    [0.0, 0.25, 0.5, 0.5]
    """

    def __init__(
        self,
        then: Schedule,
        steps: int,
        start: float = 0.0,
        clock: str = "restarted",
    ) -> None:
        self.then = then
        self.steps = require_count("WarmUp", "steps", steps, 1)
        self.clock = require_choice("WarmUp", "clock", clock, CLOCKS)
        if not 0 <= start <= 1:
            raise ValueError(f"WarmUp: start must be in [0, 1], got {start}")
        self.start = float(start)

    def formula(self, step: int) -> float:
        """Return the share of the rate that the other schedule has."""
        share = 1.0
        if step < self.steps:
            share = self.start + (1 - self.start) * step / self.steps
        if self.clock == "restarted":
            step = max(step - self.steps, 0)
        return share * self.then.rate(step)
