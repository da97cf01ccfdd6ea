"""A learning rate that falls when the validation loss stagnates."""

from reference.schedules.base import (
    require_count,
    require_minimum,
    require_rate,
    require_share,
)
from reference.schedules.stagnation import Stagnation


class ReduceOnPlateau:
    """Multiply the rate by ``factor`` whenever the loss has not improved for long.

    Parameters
    ----------
    lr
        First rate, positive.
    factor
        In ``(0, 1]``.
    patience, threshold, threshold_form, patience_rule
        When a loss counts as better and how many may not be: see
        ``reference.schedules.stagnation``. The defaults for the forms,
        ``"relative"`` and ``"exceeded"``, are those of PyTorch; Keras has
        ``"absolute"`` and ``"reached"``.
    cooldown
        Number of losses after a reduction that are not counted against the patience.
        A better one among them is remembered all the same.
    minimum
        The rate never falls below it; in ``[0, lr]``.

    Notes
    -----
    Unlike the other schedules this one has a memory: call ``observe`` once after each
    epoch. After a reduction the count begins anew; the best loss stays.

    References
    ----------
    Penn CIS 4190/5190, lecture 12: reduce the rate when the validation loss stagnates.

    Examples
    --------
    >>> schedule = ReduceOnPlateau(0.5, factor=0.5, patience=1)
    >>> [schedule.observe(loss) for loss in (3.0, 2.0, 2.0, 2.0, 2.0)]
    [0.5, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(
        self,
        lr: float,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_form: str = "relative",
        patience_rule: str = "exceeded",
        cooldown: int = 0,
        minimum: float = 0.0,
    ) -> None:
        self.lr = require_rate("ReduceOnPlateau", lr)
        self.factor = require_share("ReduceOnPlateau", "factor", factor)
        self.minimum = require_minimum("ReduceOnPlateau", minimum, self.lr)
        self.cooldown = require_count("ReduceOnPlateau", "cooldown", cooldown, 0)
        self.stagnation = Stagnation(
            "ReduceOnPlateau", patience, threshold, threshold_form, patience_rule
        )
        self._resting = 0

    def observe(self, loss: float) -> float:
        """Take the loss of an epoch in and return the rate for the next one.

        It is kept in ``lr`` as well. NaN counts as no improvement.
        """
        self.stagnation.improves(loss)
        if self._resting:
            self._resting -= 1
            self.stagnation.waited = 0
        if self.stagnation.is_over:
            self.lr = max(self.lr * self.factor, self.minimum)
            self._resting = self.cooldown
            self.stagnation.waited = 0
        return self.lr
