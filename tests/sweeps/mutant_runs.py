"""Every known mistake made on purpose: is it caught, and is it named?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.report import Verdict
from reference import misconceptions, operations
from reference.misconceptions import Misconception, VisibleOn
from tests.checks.every_operation import graded
from tests.checks.test_library_mutants import conventions_of, equivalents, mutant

# What says nothing about these mistakes would only take time.
APART = ("gradcheck", "stability")
OVERFLOWS = ("gradcheck",)
CAUGHT = (Verdict.FAILED, Verdict.ERRORED)


@dataclass(frozen=True, slots=True)
class MutantRuns:
    """What became of one known mistake over several secret seeds.

    Parameters
    ----------
    passed
        Runs in which it cost nothing: false passes.
    results
        How many quantities failed, over all runs.
    named, unknown
        How many of those got the right name, and how many none. The others got a
        wrong one.
    """

    operation: str
    id: str
    title: str
    runs: int
    passed: int
    results: int
    named: int
    unknown: int

    @property
    def misnamed(self) -> int:
        """Return how many quantities got a wrong name."""
        return self.results - self.named - self.unknown


def mutant_runs(operation: str, seeds: Sequence[int]) -> Iterator[MutantRuns]:
    """Judge every mistake of an operation by the checks of a whole assignment."""
    for entry in misconceptions.for_operation(operation):
        if entry.visible_on in (VisibleOn.DRAWS, VisibleOn.STABILITY):
            yield _runs(entry, seeds)


def _runs(entry: Misconception, seeds: Sequence[int]) -> MutantRuns:
    overflows = entry.visible_on is VisibleOn.STABILITY
    conventions = {} if overflows else conventions_of(entry)
    operation = operations.create(entry.operation, **conventions)
    ids = {entry.id} if overflows else equivalents(operation, entry)
    passed = results = named = unknown = 0
    for seed in seeds:
        jail = mutant(operation, entry, conventions, seed)
        without = OVERFLOWS if overflows else APART
        with np.errstate(all="ignore"):
            report = graded(entry.operation, conventions, jail, seed, without)
        failed = [r for r in report.results if r.verdict in CAUGHT]
        passed += not failed
        results += len(failed)
        unknown += sum(r.diagnosis is None for r in failed)
        named += sum(r.diagnosis is not None and r.diagnosis.id in ids for r in failed)
    return MutantRuns(
        operation=entry.operation,
        id=entry.id,
        title=entry.title,
        runs=len(seeds),
        passed=passed,
        results=results,
        named=named,
        unknown=unknown,
    )
