"""How long a loss has not improved, for whoever loses patience over it."""

import math

from reference.conventions import require_choice
from reference.schedules.base import require_count

THRESHOLD_FORMS = ("absolute", "relative")
PATIENCE_RULES = ("reached", "exceeded")


class Stagnation:
    """Count the losses since the best one.

    Parameters
    ----------
    owner
        Class that is patient, for messages.
    patience
        How many losses in a row may fail to improve: see ``patience_rule``.
    threshold
        By how much a loss must be below the best one to count as better.
    threshold_form
        ``"absolute"``: ``loss < best - threshold`` with ``threshold`` at least 0.
        ``"relative"``: ``loss < best * (1 - threshold)`` with ``threshold`` in
        ``[0, 1)``, meant for losses that are not negative.
    patience_rule
        ``"reached"``: patience ends with the ``patience``-th loss in a row that is no
        better; at least 1. ``"exceeded"``: with the one after that; at least 0.

    Attributes
    ----------
    best
        The last loss that was better than all before it by the threshold; infinite
        before the first. Smaller improvements are not remembered.
    waited
        Number of losses since then, or since the caller set it to zero.

    Examples
    --------
    >>> stagnation = Stagnation("Example", 2, 0.5, "absolute", "reached")
    >>> [stagnation.improves(loss) for loss in (3.0, 2.75, 2.25, 2.0)]
    [True, False, True, False]
    >>> stagnation.best, stagnation.waited, stagnation.is_over
    (2.25, 1, False)
    """

    def __init__(
        self,
        owner: str,
        patience: int,
        threshold: float,
        threshold_form: str,
        patience_rule: str,
    ) -> None:
        self.form = require_choice(
            owner, "threshold_form", threshold_form, THRESHOLD_FORMS
        )
        rule = require_choice(owner, "patience_rule", patience_rule, PATIENCE_RULES)
        least = 1 if rule == "reached" else 0
        self.patience = require_count(owner, "patience", patience, least)
        self.allowed = self.patience - least
        end = 1 if self.form == "relative" else math.inf
        if not 0 <= threshold < end:
            interval = "in [0, 1)" if self.form == "relative" else "at least 0"
            raise ValueError(f"{owner}: threshold must be {interval}, got {threshold}")
        self.threshold = float(threshold)
        self.best = math.inf
        self.waited = 0

    @property
    def bound(self) -> float:
        """Return what the next loss must be below to be better."""
        if self.form == "relative":
            return self.best * (1 - self.threshold)
        return self.best - self.threshold

    @property
    def is_over(self) -> bool:
        """Tell whether patience has come to its end."""
        return self.waited > self.allowed

    def improves(self, loss: float) -> bool:
        """Take the next loss in and tell whether it is better; NaN never is."""
        if loss < self.bound:
            self.best = float(loss)
            self.waited = 0
            return True
        self.waited += 1
        return False
