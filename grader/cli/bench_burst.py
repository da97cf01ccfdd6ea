"""``grader bench burst``: the last ten minutes before a deadline, on real processes."""

import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import select

from grader.cli.load import fake_grading
from grader.cli.load.clients import Receipts
from grader.cli.load.course import LoadedCourse, create_course, settings_at
from grader.cli.load.databases import database
from grader.cli.load.ledger import close_books
from grader.cli.load.service import processes, wait_until
from grader.cli.load.visitors import Visitor, sign_in
from grader.db import Database
from grader.models import GradingRun
from grader.services import assignments, health

SUBMISSIONS, STUDENTS, SECONDS, FLOOD = 1000, 300, 600.0, 200
# Most of them come at the end: six of ten in the last three minutes.
LATE_SHARE, LATE_FROM = 0.6, 0.7
DOUBLE_CLICKS = RESUBMITS = 0.05
FLOODER = 0
CLIENTS = 24
DRAIN_SECONDS = 1800.0
FIRST, LATER, FLOODING = "first of a student", "later of a student", "the flooder"
WORST_RATIO, WORST_POST = 1.5, 1.0

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Burst:
    """How large, and how it is graded.

    Parameters
    ----------
    scale
        The share of 1,000 submissions, 300 students and 10 minutes.
    grading
        ``fake`` or ``jail``.
    takes
        Seconds of one faked grading.
    workers
        Grading processes.
    supersedes
        Whether a newer submission takes the place of one that waits.
    """

    scale: float
    seed: int
    grading: str
    takes: float
    workers: int
    supersedes: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """One upload: when, of which student, and how often it is clicked.

    Parameters
    ----------
    version
        Of this student's file; a resubmission has the same as before.
    """

    at: float
    student: int
    version: int
    clicks: int


@dataclass(frozen=True)
class Outcome:
    """What one burst came to: waits by class of student, and the longest uploads."""

    waits: dict[str, list[float]]
    posts: list[float]
    faults: tuple[str, ...]
    uploads: int
    receipts: int

    @property
    def others(self) -> list[float]:
        """Return the waits of everybody but the flooder."""
        return [*self.waits[FIRST], *self.waits[LATER]]


def students_of(scale: float) -> int:
    """Return how many students there are: the flooder and somebody else at least."""
    return max(2, round(STUDENTS * scale))


def schedule(rng: Random, scale: float, *, floods: bool) -> list[Arrival]:
    """Return who hands in when, in order of time; the others are the same each time.

    One student sends a fifth of everything within the middle of the burst, or nothing.
    """
    students = students_of(scale)
    total, flood = round(SUBMISSIONS * scale), round(FLOOD * scale)
    seconds = SECONDS * scale
    versions: dict[int, int] = defaultdict(int)
    planned = []
    for number in range(total - flood):
        # Everybody once, then whoever; nobody but the flooder is number 0.
        student = 1 + (
            number % (students - 1)
            if number < students
            else rng.randrange(students - 1)
        )
        is_late = rng.random() < LATE_SHARE
        at = rng.uniform(LATE_FROM, 1.0) if is_late else rng.uniform(0.0, LATE_FROM)
        clicks = 2 if rng.random() < DOUBLE_CLICKS else 1
        repeats = versions[student] > 0 and rng.random() < RESUBMITS
        versions[student] += not repeats
        planned.append(Arrival(at * seconds, student, versions[student], clicks))
    if floods:
        planned += [
            Arrival((0.6 + 0.1 * number / flood) * seconds, FLOODER, number + 1, 1)
            for number in range(flood)
        ]
    return sorted(planned, key=lambda arrival: arrival.at)


def run(burst: Burst, kind: str, say: Say) -> bool:
    """Send one burst with the flooder and one without; tell whether bars were met."""
    quiet = _send(burst, kind, floods=False)
    loud = _send(burst, kind, floods=True)
    ratio = percentile(loud.others, 0.95) / max(percentile(quiet.others, 0.95), 0.001)
    post = percentile(loud.posts, 0.99)
    say(
        f"{loud.uploads} uploads of {students_of(burst.scale)} students in "
        f"{SECONDS * burst.scale:.0f} s, {kind}, grading processes: {burst.workers}, "
        f"{burst.grading} grading\n"
    )
    say("| who | uploads | wait p50 | wait p95 |\n| --- | --- | --- | --- |")
    for name, outcome in (("with the flooder", loud), ("without", quiet)):
        for who, waits in outcome.waits.items():
            if waits:
                say(
                    f"| {who}, {name} | {len(waits)} | {percentile(waits, 0.5):.1f} s "
                    f"| {percentile(waits, 0.95):.1f} s |"
                )
    faults = [*quiet.faults, *loud.faults]
    say("\n| what | measured | bar |\n| --- | --- | --- |")
    say(f"| receipts honoured | {loud.receipts} of {loud.uploads} | all |")
    say(f"| the others' p95, with the flooder over without | {ratio:.2f} | < 1.5 |")
    say(f"| an upload, p99 | {post:.2f} s | < 1 s |")
    say(f"| promises broken | {len(faults)} | 0 |")
    for fault in faults:
        say(f"BROKEN: {fault}")
    return not faults and ratio < WORST_RATIO and post < WORST_POST


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of them does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _send(burst: Burst, kind: str, *, floods: bool) -> Outcome:
    rng = Random(burst.seed)  # noqa: S311 - a plan, no secret
    arrivals = schedule(rng, burst.scale, floods=floods)
    with tempfile.TemporaryDirectory(prefix="grader-burst-") as folder:
        home = Path(folder)
        with database(kind, home) as server:
            course = create_course(
                settings_at(home, server.url), students_of(burst.scale)
            )
            if not burst.supersedes:
                with course.database.write() as session:
                    assignments.update_settings(
                        session, course.assignment_id, max_attempts=100_000
                    )
            try:
                return _upload_all(burst, course, arrivals)
            finally:
                course.database.dispose()


def _upload_all(
    burst: Burst, course: LoadedCourse, arrivals: Sequence[Arrival]
) -> Outcome:
    receipts = Receipts()
    with processes(course.settings) as group:
        group.start_broker()
        group.start_web()
        group.start_worker("worker", grading=burst.grading, concurrency=burst.workers)
        group.start_janitor()
        visitors = sign_in(course, group.url)
        wait_until(lambda: _has_worker(course.database), "the worker")
        with ThreadPoolExecutor(CLIENTS) as pool:
            sent = list(_upload(burst, course, visitors, arrivals, receipts, pool))
        for future in sent:
            future.result()
        wait_until(lambda: _is_idle(course.database), "the queue", DRAIN_SECONDS)
        ledger = close_books(
            course, receipts.ids.values(), unanswered=receipts.unanswered
        )
    faults = [*ledger.faults()]
    faults += [f"The form {key} got two receipts." for key in receipts.quarrels]
    return Outcome(
        waits=_waits(course),
        posts=receipts.posts,
        faults=tuple(faults),
        uploads=len(arrivals),
        receipts=ledger.receipts - ledger.lost,
    )


def _upload(
    burst: Burst,
    course: LoadedCourse,
    visitors: Sequence[Visitor],
    arrivals: Sequence[Arrival],
    receipts: Receipts,
    pool: ThreadPoolExecutor,
) -> Iterator[Future[None]]:
    """Send everything at its time, whether or not those before were answered."""
    began = time.monotonic()
    for arrival in arrivals:
        threading.Event().wait(max(0.0, began + arrival.at - time.monotonic()))
        name = f"student {arrival.student} version {arrival.version}"
        files = course.files(fake_grading.mark(burst.takes, name))
        yield pool.submit(
            receipts.hand_in, visitors[arrival.student], files, clicks=arrival.clicks
        )


def _waits(course: LoadedCourse) -> dict[str, list[float]]:
    """Return seconds from arrival to the begin of grading, by class of student."""
    flooder = course.students[FLOODER]
    found: dict[str, list[float]] = {FIRST: [], LATER: [], FLOODING: []}
    seen: set[int] = set()
    with course.database.read() as session:
        rows = session.execute(
            select(
                GradingRun.user_id, GradingRun.created_at, GradingRun.started_at
            ).order_by(GradingRun.created_at)
        ).all()
    for user, created_at, started_at in rows:
        who = FLOODING if user == flooder else LATER if user in seen else FIRST
        seen.add(user)
        if started_at is not None:
            found[who].append((started_at - created_at).total_seconds())
    return found


def _has_worker(opened: Database) -> bool:
    with opened.read() as session:
        return health.status(session).workers_alive > 0


def _is_idle(opened: Database) -> bool:
    with opened.read() as session:
        seen = health.status(session)
    return not seen.queued + seen.running
