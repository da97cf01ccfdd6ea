"""What a failed item costs more than the same item of the solution.

Explaining takes time: more questions to the student's code, the known mistakes of the
component, words and evidence. A process that has graded for a while has imported what
it needs for that; the first failed item of a process has not, so both are measured.
"""

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import Any, cast

from grader import assignments, engine, intake
from grader.assignments import Assignment, Sample
from grader.assignments.loader import SHIPPED, SPEC_FILE
from grader.cli.trials import FIRST_SEED, SOLUTION, solution_sample
from grader.config import Settings
from grader.contract.jail import Jail, JailSession
from grader.contract.messages import Bundle, Case, Observation
from grader.report import Verdict
from worker.loop import jail_for

WRONG = "wrong-"
# They run the student's code many times, and again to explain: listed apart.
REPEATING = ("training", "convergence", "network", "cost", "program")
# The best of so many rounds counts, for a shared machine only ever adds time.
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class FailedItem:
    """The failed items of one check of one wrong sample.

    Parameters
    ----------
    failed
        How many items failed; they share the times below.
    first_seconds, later_seconds
        Processor time for each of them beyond that of the solution, in a fresh process
        and in one that has graded both before: of this process and of the student's.
        Unlike wall clock it hardly depends on what else the machine does.
    own_seconds
        How much of ``later_seconds`` the student's code was running.
    wall_seconds
        Wall clock instead of ``later_seconds``.
    """

    assignment: str
    sample: str
    check: str
    kind: str
    failed: int
    first_seconds: float
    later_seconds: float
    own_seconds: float
    wall_seconds: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Number, median, 95th percentile and largest of some times."""

    items: int
    median: float
    high: float
    most: float


@dataclass(slots=True)
class Times:
    """Seconds by check: wall clock, processor time, and the student's part of that."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)

    def least(self, other: "Times") -> "Times":
        """Return the smaller time of each check."""
        return Times(
            {name: min(self.wall[name], other.wall[name]) for name in self.wall},
            {name: min(self.cpu[name], other.cpu[name]) for name in self.cpu},
            {name: min(self.own[name], other.own[name]) for name in self.own},
            self.failed,
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """What one fresh process measured: a sample, and the solution beside it."""

    first: Times
    later: Times
    solution: Times


class _Stopwatch:
    """A jail that adds up the processor time of the student's code."""

    def __init__(self, jail: Jail) -> None:
        self._jail = jail
        self.own_seconds = 0.0

    @contextmanager
    def open(self, bundle: Bundle) -> Iterator["_Timed"]:
        """Start a session whose answers are timed."""
        with self._jail.open(bundle) as session:
            yield _Timed(self, session)


class _Timed:
    """A session that tells a stopwatch what its answers took."""

    def __init__(self, watch: _Stopwatch, session: JailSession) -> None:
        self._watch, self._session = watch, session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def observe(self, case: Case) -> Observation:
        """Run a case, as the session does."""
        found = self._session.observe(case)
        self._watch.own_seconds += found.usage.cpu_seconds
        return found


def failed_items(slugs: Sequence[str] = ()) -> Iterator[FailedItem]:
    """Grade every wrong sample of the named assignments, of all that are shipped."""
    shipped = sorted(path.parent.name for path in SHIPPED.glob(f"*/{SPEC_FILE}"))
    for slug in slugs or shipped:
        wrong = [
            sample.name
            for sample in assignments.samples(assignments.shipped(slug))
            if sample.name.startswith(WRONG) and sample.refused is None
        ]
        with ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), max_tasks_per_child=1
        ) as pool:
            solution, *visits = pool.map(partial(visit, slug), [SOLUTION, *wrong])
        for name, one in zip(wrong, visits, strict=True):
            yield from extras(slug, name, solution.first, one)


def extras(
    slug: str, sample: str, solution_first: Times, one: Visit
) -> Iterator[FailedItem]:
    """Return what the failed items of a sample took beyond those of the solution."""
    kinds = {
        check.params.id: check.params.kind
        for check in assignments.load_folder(assignments.shipped(slug)).checks
    }
    for check, failed in one.first.failed.items():
        yield FailedItem(
            slug,
            sample,
            check,
            kinds[check],
            failed,
            (one.first.cpu[check] - solution_first.cpu[check]) / failed,
            (one.later.cpu[check] - one.solution.cpu[check]) / failed,
            (one.later.own[check] - one.solution.own[check]) / failed,
            (one.later.wall[check] - one.solution.wall[check]) / failed,
        )


def visit(slug: str, name: str, rounds: int = ROUNDS) -> Visit:
    """Grade a sample first of all, then the solution and it again in turns."""
    path = assignments.shipped(slug)
    loaded = assignments.load_folder(path)
    watch = _Stopwatch(jail_for(Settings.from_environment()))
    solution = solution_sample(loaded, path)
    chosen = {one.name: one for one in (solution, *assignments.samples(path))}[name]
    first = _graded(loaded, chosen, watch)
    wanted = _with_needs(loaded, first.failed)
    later, right = first, first
    for number in range(rounds if wanted else 0):
        pair = [_graded(loaded, one, watch, wanted) for one in (solution, chosen)]
        right, later = (
            pair if number == 0 else (right.least(pair[0]), later.least(pair[1]))
        )
    return Visit(first, later, right)


def _with_needs(loaded: Assignment, failed: Mapping[str, int]) -> list[str]:
    """Return the checks that failed and those that they need."""
    needs = {check.params.id: check.params.needs for check in loaded.checks}
    return sorted({*failed, *(one for name in failed for one in needs[name])})


def _graded(
    loaded: Assignment,
    sample: Sample,
    watch: _Stopwatch,
    only: Sequence[str] | None = None,
) -> Times:
    prepared = intake.prepare(sample.files, entry=loaded.spec.submission.entry)
    times = Times()
    began = 0.0, 0.0

    def listen(progress: engine.Progress) -> None:
        nonlocal began
        if progress.results is None:
            began = time.process_time(), watch.own_seconds
            return
        name = progress.check.id
        times.wall[name] = max((one.seconds for one in progress.results), default=0.0)
        times.own[name] = watch.own_seconds - began[1]
        times.cpu[name] = time.process_time() - began[0] + times.own[name]
        failed = sum(one.verdict is Verdict.FAILED for one in progress.results)
        if failed:
            times.failed[name] = failed

    engine.grade(
        loaded,
        prepared.files,
        prepared.entry,
        seed=FIRST_SEED,
        jail=cast("Jail", watch),
        only=only,
        on_progress=listen,
    )
    return times


def spread(seconds: Sequence[float]) -> Spread:
    """Return what is printed of some times."""
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return Spread(len(ordered), statistics.median(ordered), high, ordered[-1])
