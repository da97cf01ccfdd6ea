"""The schedule that changes nothing."""

from reference.schedules.base import Schedule, require_rate


class ConstantRate(Schedule):
    """Use one learning rate throughout.

    Parameters
    ----------
    lr
        Positive.

    Examples
    --------
    >>> ConstantRate(0.5).rate(7)
    0.5
    """

    def __init__(self, lr: float) -> None:
        self.lr = require_rate("ConstantRate", lr)

    def formula(self, step: int) -> float:
        """Return ``lr``."""
        return self.lr
