"""Right code of every operation, as three students would write it: does it pass?"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from grader.checks import judging, optimizer
from grader.checks.compare import Comparison, compare
from tests.checks.every_operation import graded
from tests.variants.harness import cases, student, unearned

# The numerical check takes ten times as long as all others together.
GRADCHECK_EVERY = 20


@dataclass(frozen=True, slots=True)
class RightRuns:
    """What became of right code of one operation in one precision.

    Parameters
    ----------
    undecided
        Runs in which only the numerical check was left open.
    failed
        Runs that lost a point otherwise: false fails.
    furthest
        The largest distance of any answer, in conditioned ulps.
    lines
        What was said, for each false fail.
    """

    operation: str
    single: bool
    runs: int
    undecided: int
    failed: int
    furthest: float
    lines: tuple[str, ...]


def right_runs(operation: str, least: int, *, single: bool) -> RightRuns:
    """Grade all variants under all example conventions, ``least`` times or more."""
    ways = cases(operation)
    undecided, furthest = 0, 0.0
    lines = []
    seeds = range(math.ceil(least / len(ways)))
    for way, conventions, style in ways:
        who = student(operation, conventions, style, single=single)
        for seed in seeds:
            without = ("gradcheck",) if seed % GRADCHECK_EVERY else ()
            with _distances() as seen:
                report = graded(operation, conventions, who, seed, without)
            furthest = max([furthest, *seen])
            lost = unearned(report)
            if lost and not unearned(report, single=True):
                undecided += 1
            elif lost:
                said = "; ".join(f"{r.quantity} {r.verdict} {r.message}" for r in lost)
                lines.append(f"{way} seed {seed}: {said}")
    return RightRuns(
        operation=operation,
        single=single,
        runs=len(ways) * len(seeds),
        undecided=undecided,
        failed=len(lines),
        furthest=furthest,
        lines=tuple(lines),
    )


@contextmanager
def _distances() -> Iterator[list[float]]:
    """Collect the distance of every comparison that the checks make meanwhile."""
    seen: list[float] = []

    def watched(*arguments) -> Comparison:
        found = compare(*arguments)
        seen.append(found.distance)
        return found

    with (
        mock.patch.object(judging, "compare", watched),
        mock.patch.object(optimizer, "compare", watched),
    ):
        yield seen
