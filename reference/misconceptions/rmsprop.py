"""What goes wrong in RMSProp."""

from reference.misconceptions.base import Misconception
from reference.misconceptions.optimizers import fixed, summed_entry, swapped_entry
from reference.misconceptions.paths import replayed
from reference.misconceptions.squares import SquareRule, square_entries
from reference.operations.base import Array

_NAME = "rmsprop"


class RMSPropRule(SquareRule):
    """Average the squares."""

    def gathered(self, squares: Array, square: Array) -> Array:
        """Return the new average."""
        kept = self.given["decay_rate"]
        return kept * squares + (1.0 - kept) * square


class _Summed(RMSPropRule):
    def gathered(self, squares: Array, square: Array) -> Array:
        return squares + square


class _NotWeighted(RMSPropRule):
    def gathered(self, squares: Array, square: Array) -> Array:
        return self.given["decay_rate"] * squares + square


class _Swapped(RMSPropRule):
    def can_be_made(self) -> bool:
        return bool(self.given["decay_rate"] != 0.5)

    def gathered(self, squares: Array, square: Array) -> Array:
        kept = self.given["decay_rate"]
        return (1.0 - kept) * squares + kept * square


MISCONCEPTIONS = (
    *square_entries(_NAME, RMSPropRule, "G", "G = lam*G + (1 - lam)*{}"),
    swapped_entry(_NAME, "G = (1 - lam)*G + lam*g*g", replayed(_Swapped)),
    Misconception(
        id="M137",
        operation=_NAME,
        title="memory of Adagrad in place of RMSProp's",
        hint=(
            "Feed the same gradient a hundred times. Should the steps become shorter "
            "and shorter, or settle at one length?"
        ),
        formula="G = G + g*g",
        wrong=replayed(_Summed),
    ),
    summed_entry(_NAME, "G = lam*G + g*g", replayed(_NotWeighted)),
    fixed("lr = 0.01 whatever was asked for", _NAME, lr=0.01),
    fixed("lr = 0.001 whatever was asked for", _NAME, lr=0.001),
    fixed("lam = 0.9 whatever was asked for", _NAME, decay_rate=0.9),
    fixed("lam = 0.99 whatever was asked for", _NAME, decay_rate=0.99),
)
