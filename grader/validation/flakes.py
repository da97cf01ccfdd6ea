"""How sure one can be that right code is judged right, item by item."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

CONFIDENCE = 0.95
# Enough to halve the interval from 0 to 1 down to one double.
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Judgement:
    """One item of one run: a quantity of a check.

    Parameters
    ----------
    as_stated
        Whether it came out as the submission states.
    seconds
        Wall clock of its check, which its quantities share.
    distance
        How far off the solution was, in conditioned ulps; ``None`` for other
        submissions and for items without such a number.
    """

    item: str
    as_stated: bool
    seconds: float
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What many runs say of one item.

    Parameters
    ----------
    item
        ``check.quantity``.
    runs, flakes
        How often it was judged, and how often not as stated.
    bound
        The rate of flakes is below this with 95 % confidence.
    median_seconds, max_seconds
        Of its check.
    distance
        The largest that the solution had, in conditioned ulps.
    """

    item: str
    runs: int
    flakes: int
    bound: float
    median_seconds: float
    max_seconds: float
    distance: float | None


def items(judgements: Iterable[Judgement]) -> list[Item]:
    """Return one line for each item, in the order in which they were first judged."""
    found: dict[str, list[Judgement]] = {}
    for one in judgements:
        found.setdefault(one.item, []).append(one)
    return [_item(name, group) for name, group in found.items()]


def _item(name: str, group: Sequence[Judgement]) -> Item:
    flakes = sum(not one.as_stated for one in group)
    seconds = [one.seconds for one in group]
    distances = [one.distance for one in group if one.distance is not None]
    return Item(
        item=name,
        runs=len(group),
        flakes=flakes,
        bound=upper_bound(flakes, len(group)),
        median_seconds=median(seconds),
        max_seconds=max(seconds),
        distance=max(distances, default=None),
    )


def upper_bound(flakes: int, runs: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided upper bound of a rate, exact for independent runs.

    It is the rate at which so few flakes or fewer have the probability
    ``1 - confidence``. Without any flake that is ``1 - (1 - confidence)**(1/runs)``,
    which is close to ``3 / runs``.

    References
    ----------
    Clopper, Pearson: "The Use of Confidence or Fiducial Limits Illustrated in the Case
    of the Binomial" (1934).

    Raises
    ------
    ValueError
        If there are more flakes than runs, or no run.
    """
    if not 0 <= flakes <= runs or not runs:
        raise ValueError(
            f"upper_bound: flakes must be in 0..runs, got {flakes} of {runs}"
        )
    if flakes == runs:
        return 1.0
    if flakes == 0:
        return -math.expm1(math.log1p(-confidence) / runs)
    low, high = flakes / runs, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(flakes, runs, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(flakes: int, runs: int, rate: float) -> float:
    """Return the probability of so many flakes or fewer; ``0 < rate < 1``."""
    return math.fsum(
        math.exp(
            math.lgamma(runs + 1)
            - math.lgamma(count + 1)
            - math.lgamma(runs - count + 1)
            + count * math.log(rate)
            + (runs - count) * math.log1p(-rate)
        )
        for count in range(flakes + 1)
    )
