"""Decide by several rounds of timing, so that a busy machine decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

MOST_ROUNDS = 4
# A round that goes wrong for right code would have to do so twice.
CONFIRMATIONS = 2


class Sign(Enum):
    """What timing says."""

    GOOD = auto()
    BAD = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one round says.

    Parameters
    ----------
    message
        For the student, where it is bad.
    """

    sign: Sign
    message: str = ""


def reading(value: float, good: float, bad: float, message: str) -> Reading:
    """Return what a ratio says: good up to one bound, bad from another one on.

    NaN, which a time of zero makes, says nothing.
    """
    if value <= good:
        return Reading(Sign.GOOD)
    return Reading(Sign.BAD, message) if value >= bad else Reading(Sign.UNCLEAR)


def decided(read: Callable[[int], Reading]) -> Reading:
    """Return the first good reading, a bad one that is confirmed, or an unclear one.

    Parameters
    ----------
    read
        Reads the round of a number, from 0; each is timed in a process of its own.
    """
    bad = 0
    for number in range(MOST_ROUNDS):
        found = read(number)
        bad += found.sign is Sign.BAD
        if found.sign is Sign.GOOD or bad == CONFIRMATIONS:
            return found
    return Reading(Sign.UNCLEAR)
