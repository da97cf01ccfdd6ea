"""What goes wrong in Adagrad."""

from reference.misconceptions.base import Misconception
from reference.misconceptions.optimizers import fixed
from reference.misconceptions.paths import replayed
from reference.misconceptions.squares import SquareRule, square_entries
from reference.operations.base import Array

_NAME = "adagrad"
_HABIT = 0.9


class AdagradRule(SquareRule):
    """Add the squares up."""

    def gathered(self, squares: Array, square: Array) -> Array:
        """Return the new sum."""
        return squares + square


class _Fading(AdagradRule):
    def gathered(self, squares: Array, square: Array) -> Array:
        return _HABIT * squares + (1.0 - _HABIT) * square


MISCONCEPTIONS = (
    *square_entries(_NAME, AdagradRule, "S", "S = S + {}"),
    Misconception(
        id="M137",
        operation=_NAME,
        title="memory of RMSProp in place of Adagrad's",
        hint=(
            "Feed the same gradient a hundred times. Should the steps become shorter "
            "and shorter, or settle at one length?"
        ),
        formula="S = 0.9*S + 0.1*g*g",
        wrong=replayed(_Fading),
    ),
    fixed("lr = 0.01 whatever was asked for", _NAME, lr=0.01),
)
