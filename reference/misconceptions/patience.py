"""Patience with a loss: early stopping, and rates reduced on a plateau."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reference.misconceptions.base import Misconception, Wrong


class Watch:
    """Count the losses since the best one; a mistake overrides one of the methods.

    Parameters
    ----------
    given
        Conventions of the operation.
    threshold
        By how much a loss must be better.
    """

    def __init__(self, given: Mapping[str, Any], threshold: float) -> None:
        self.given = given
        self.threshold = threshold
        self.best = np.inf
        self.waited = 0

    def can_be_made(self) -> bool:
        """Tell whether the conventions leave room for this mistake."""
        return True

    @property
    def waits(self) -> bool:
        """Tell whether the first loss that is no better may be waited out."""
        return bool(self.given["patience"] > (1 if self.ends_early else 0))

    @property
    def is_relative(self) -> bool:
        """Tell whether the threshold is a share of the best loss."""
        return bool(self.given["threshold_form"] == "relative")

    @property
    def ends_early(self) -> bool:
        """Tell whether patience ends when it is reached, not when it is exceeded."""
        return bool(self.given["patience_rule"] == "reached")

    @property
    def bound(self) -> float:
        """Return what a better loss is below."""
        if self.is_relative:
            return self.best * (1.0 - self.threshold)
        return self.best - self.threshold

    def better(self, loss: float) -> None:
        """Remember a better loss."""
        self.best, self.waited = loss, 0

    def worse(self, loss: float) -> None:
        """Count a loss that is no better."""
        self.waited += 1

    def sees(self, loss: float) -> bool:
        """Take the next loss in and tell whether it is better."""
        is_better = bool(loss < self.bound)
        (self.better if is_better else self.worse)(loss)
        return is_better

    @property
    def is_over(self) -> bool:
        """Tell whether patience has come to its end."""
        patience = self.given["patience"]
        return self.waited >= patience if self.ends_early else self.waited > patience


class OtherRule(Watch):
    """Patience that ends one loss too early or too late."""

    @property
    def ends_early(self) -> bool:
        """Tell the opposite."""
        return not super().ends_early


class ShareTaken(Watch):
    """A difference taken for a share.

    The reverse cannot be told from no threshold at all on the losses that are drawn.
    """

    def can_be_made(self) -> bool:
        """Tell whether there is a difference."""
        return self.threshold != 0.0 and not super().is_relative

    @property
    def is_relative(self) -> bool:
        """Say that there is a share."""
        return True


class NoThreshold(Watch):
    """Any lower loss counts as better."""

    def can_be_made(self) -> bool:
        """Tell whether there is a threshold."""
        return self.threshold != 0.0

    @property
    def bound(self) -> float:
        """Return the best loss."""
        return float(self.best)


class Previous(Watch):
    """Each loss is compared with the one before it."""

    def worse(self, loss: float) -> None:
        """Count the loss and compare the next one with it."""
        super().worse(loss)
        self.best = loss


class SmallStepsRemembered(Watch):
    """A loss that is lower by too little is remembered all the same."""

    def can_be_made(self) -> bool:
        """Tell whether there is a threshold, and one by which small steps show.

        With a small difference the losses of a draw may not show it.
        """
        return self.threshold != 0.0 and self.is_relative

    def worse(self, loss: float) -> None:
        """Count the loss and remember it if it is lower."""
        super().worse(loss)
        self.best = min(self.best, loss)


class NeverSetBack(Watch):
    """All losses that were no better are counted, not those in a row."""

    def can_be_made(self) -> bool:
        """Tell whether there is anything to count."""
        return self.waits

    def better(self, loss: float) -> None:
        """Remember the loss and keep the count."""
        self.best = loss


def bound_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M236 for whoever loses patience."""
    return Misconception(
        id="M236",
        operation=operation,
        title="loss compared with the wrong bound",
        hint=(
            "Write down next to each loss the number that it is compared with. Which "
            "loss does that number come from, and what is taken off it?"
        ),
        formula=formula,
        wrong=wrong,
    )


def count_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M237 for whoever loses patience."""
    return Misconception(
        id="M237",
        operation=operation,
        title="count of bad epochs is not set back",
        hint=(
            "Print your count after every epoch. On which events should it become 0 "
            "again, and does it?"
        ),
        formula=formula,
        wrong=wrong,
    )
