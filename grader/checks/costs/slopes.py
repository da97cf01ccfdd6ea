"""Measured slopes in place of a formula: each entry then costs a forward or two."""

from collections.abc import Mapping

import numpy as np

from grader.checks.costs.rounds import Reading, Sign, decided, reading
from grader.checks.costs.sizes import Size, few_and_many_entries
from grader.checks.costs.stopwatch import BOTH, FORWARD, Stopwatch, Work
from grader.checks.feedback import cost as words

# In forwards for each entry. Measured slopes take at least 1, mostly 2. A loop over
# the entries takes up to 0.3, for one turn costs less than a forward.
FORMULA, SLOPES = 0.35, 0.7
# More than these as well: a formula in many small steps takes some on little input.
FEWEST_FORWARDS = 20.0
# Of the forwards for each entry, those that more entries must have added.
ADDED = 0.5
# More and more, until forward takes so long that a turn of a loop is little beside it.
ENTRIES = (200, 2500, 10_000)
CLEAR_SECONDS = 10e-6
# Not even a call of an empty function for each entry is as quick as that.
QUICKEST_SECONDS = 30e-9


def slopes(stopwatch: Stopwatch) -> Reading:
    """Decide whether backward measures slopes.

    Raises
    ------
    MissingAnswerError
        If the student's code failed.
    """
    few, many, works = _clear(stopwatch)

    def read(_: int) -> Reading:
        seconds = stopwatch.seconds(works)
        few_forwards = _forwards(seconds, "few")
        many_forwards = _forwards(seconds, "many")
        added = (many_forwards - few_forwards) / (many.count - few.count)
        each = many_forwards / many.count
        if seconds["many backward"] < QUICKEST_SECONDS * many.count:
            return Reading(Sign.GOOD)
        if many_forwards < FEWEST_FORWARDS or added < ADDED * FORMULA:
            return Reading(Sign.GOOD)
        if each >= SLOPES and added < ADDED:
            return Reading(Sign.UNCLEAR)
        message = words.slow_slopes(many_forwards, many.count)
        return reading(each, FORMULA, SLOPES, message)

    return decided(read)


def _sizes(stopwatch: Stopwatch, wanted: int) -> tuple[Size, Size]:
    operation = stopwatch.operation
    found = few_and_many_entries(operation, stopwatch.trial.rng("entries"), wanted)
    if found is None:
        raise LookupError(f"slopes: {operation.name} has only one size")
    return found


def _clear(stopwatch: Stopwatch) -> tuple[Size, Size, dict[str, Work]]:
    """Return sizes at which slopes can be told from a loop, as far as there are any."""
    few, many = _sizes(stopwatch, ENTRIES[0])
    works = stopwatch.prepared(_works(few, many))
    for wanted in ENTRIES[1:]:
        wider = _sizes(stopwatch, wanted)
        if (
            works["many forward"].seconds >= CLEAR_SECONDS
            or wider[1].count == many.count
        ):
            break
        few, many = wider
        works = stopwatch.prepared(_works(few, many))
    return few, many, works


def _works(few: Size, many: Size) -> dict[str, Work]:
    return {
        f"{name} {methods[-1]}": Work(size.arrays, methods)
        for name, size in (("few", few), ("many", many))
        for methods in (FORWARD, BOTH)
    }


def _forwards(seconds: Mapping[str, float], name: str) -> float:
    """Return how many forwards a backward takes."""
    both, forward = seconds[f"{name} backward"], seconds[f"{name} forward"]
    return both / (forward or np.nan) - 1
