"""Time two runs in turns, so that the noise of a shared machine meets both alike."""

import statistics
import time
from collections.abc import Callable
from typing import Any

# One measurement repeats a run until it takes this long.
LONG_ENOUGH = 0.005

Run = Callable[[], Any]


def ratio(ours: Run, theirs: Run, rounds: int) -> float:
    """Return the median of our time over theirs."""
    repeats = max(1, int(LONG_ENOUGH / max(_seconds(ours, 1), 1e-9)))
    theirs()
    found = []
    for _ in range(rounds):
        mine, its = _seconds(ours, repeats), _seconds(theirs, repeats)
        found.append(mine / its)
    return statistics.median(found)


def _seconds(run: Run, repeats: int) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - began) / repeats
