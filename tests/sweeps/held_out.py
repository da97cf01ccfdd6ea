"""Mistakes that the library does not know: is one of them taken for another?

Each entry is taken out in turn, with all that give the same answers, and made. A claim
of a general kind, such as a constant factor, is a true sentence about the numbers and
no wrong one; the name of another mistake is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unittest import mock

import numpy as np

from grader.checks.hypotheses import library
from grader.report import Verdict
from reference import misconceptions, operations
from reference.misconceptions import Misconception, VisibleOn
from tests.checks.every_operation import graded
from tests.checks.test_library_mutants import conventions_of, equivalents, mutant
from tests.sweeps.mutant_runs import APART


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was said of one mistake that was taken out of the library.

    Parameters
    ----------
    results
        Quantities that failed, over all runs.
    claims
        How many of them got any name.
    wrong
        How many got the name of another mistake.
    said
        Those names.
    """

    operation: str
    id: str
    title: str
    results: int
    claims: int
    wrong: int
    said: tuple[str, ...]


def held_out_runs(operation: str, seeds: Sequence[int]) -> Iterator[HeldOut]:
    """Make every mistake of an operation while the library does not hold it."""
    for entry in misconceptions.for_operation(operation):
        if entry.visible_on is VisibleOn.DRAWS:
            yield _runs(entry, seeds)


def _runs(entry: Misconception, seeds: Sequence[int]) -> HeldOut:
    conventions = conventions_of(entry)
    operation = operations.create(entry.operation, **conventions)
    same = equivalents(operation, entry)
    left = tuple(
        other
        for other in misconceptions.for_operation(entry.operation)
        if other.id not in same
    )
    known = {other.id for other in left}
    results, said = 0, []
    with mock.patch.object(library, "for_operation", return_value=left):
        for seed in seeds:
            jail = mutant(operation, entry, conventions, seed)
            with np.errstate(all="ignore"):
                report = graded(entry.operation, conventions, jail, seed, APART)
            failed = [r for r in report.results if r.verdict is Verdict.FAILED]
            results += len(failed)
            said += [r.diagnosis for r in failed if r.diagnosis is not None]
    wrong = [claim for claim in said if claim.id in known]
    return HeldOut(
        operation=entry.operation,
        id=entry.id,
        title=entry.title,
        results=results,
        claims=len(said),
        wrong=len(wrong),
        said=tuple(sorted({f"{claim.id} {claim.title}" for claim in wrong})),
    )
