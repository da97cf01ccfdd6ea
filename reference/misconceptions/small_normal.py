"""What goes wrong when small normal numbers are asked for."""

from reference.misconceptions.base import Misconception
from reference.misconceptions.weights import (
    Given,
    centred_entries,
    no_root_entry,
    root_entry,
    same_entries,
    spread,
)

_NAME = "small_normal"


def _std_as_variance(right: float, given: Given) -> float | None:
    return None if given["std"] == 1.0 else given["std"]


def _no_std(right: float, given: Given) -> float | None:
    return None if given["std"] == 1.0 else 1.0


MISCONCEPTIONS = (
    Misconception(
        id="M146",
        operation=_NAME,
        title="standard deviation ignored",
        hint="Ask for numbers half as large. Does what you draw become smaller?",
        formula="standard deviation 1",
        wrong=spread(_no_std),
    ),
    *same_entries(_NAME),
    no_root_entry(_NAME),
    root_entry(_NAME, "variance = std", spread(_std_as_variance)),
    *centred_entries(_NAME),
)
