"""``grader bench queue``: what intake, queue and workers cost, on real databases."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

from sqlalchemy import select

from grader.cli.bench_timing import ratio
from grader.cli.load import fake_grading
from grader.cli.load.course import LoadedCourse, create_course, settings_at
from grader.cli.load.databases import KINDS, Cluster, SqliteFile, database
from grader.cli.load.history import add_finished
from grader.cli.load.service import JAIL, processes
from grader.cli.load.speeds import Speed, speed
from grader.cli.load.visitors import Visitor, sign_in
from grader.cli.processes import cost
from grader.models import GradingRun, RunStatus, Submission
from grader.services import queueing, runs
from grader.services.runs import GradeJob

LEASE_SECONDS = 30.0
CLIENTS = 8
# One for each submission: a newer one of the same student would replace it.
STUDENTS = 1000
WARM_UP = BATCH = 10
POSTGRES = KINDS[1]

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured.

    Parameters
    ----------
    count
        Submissions in each measurement of intake, claims and polls.
    finished
        Rows of the large database.
    rounds
        Of each comparison in turns.
    """

    count: int
    finished: int
    rounds: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table.

    Parameters
    ----------
    held
        Whether the bar was met; ``None`` where nothing was promised.
    """

    what: str
    value: str
    bar: str = ""
    held: bool | None = None


@dataclass(frozen=True)
class Stage:
    """A course in an empty database, and whoever serves that database."""

    course: LoadedCourse
    server: SqliteFile | Cluster
    mark: Iterator[int]

    @property
    def has_bars(self) -> bool:
        """Tell whether promises are about this database."""
        return self.server.kind == POSTGRES

    def submit(self, student: int) -> None:
        """Hand in, with bytes that nobody handed in before."""
        self.course.submit(student, self.course.prepared(f"number {next(self.mark)}"))

    def claim(self) -> GradeJob | None:
        """Claim the next run, as a worker does."""
        with self.course.database.write() as session:
            return runs.claim(session, worker="bench", lease_seconds=LEASE_SECONDS)


@contextmanager
def stage(kind: str) -> Iterator[Stage]:
    """Give a course of many students on a database of this kind."""
    with tempfile.TemporaryDirectory(prefix="grader-load-") as folder:
        home = Path(folder)
        with database(kind, home) as server:
            course = create_course(settings_at(home, server.url), STUDENTS)
            try:
                yield Stage(course, server, count())
            finally:
                course.database.dispose()


def run(extent: Extent, kinds: Sequence[str], parts: Sequence[str], say: Say) -> bool:
    """Measure the parts that are named; tell whether every bar was met."""
    say("| what | database | measured | bar |\n| --- | --- | --- | --- |")
    held = True
    for kind in kinds:
        for part in parts:
            for line in PARTS[part](extent, kind):
                say(f"| {line.what} | {kind} | {line.value} | {line.bar} |")
                held = held and line.held is not False
    return held


def _intake(extent: Extent, kind: str) -> Iterator[Line]:
    with stage(kind) as here:
        here.submit(here.course.students[0])
        students = [
            here.course.students[number % STUDENTS] for number in range(extent.count)
        ]
        yield _rate(here, "intake by the service", students, here.submit)
        with processes(here.course.settings) as group:
            group.start_web()
            visitors = sign_in(here.course, group.url)
            uploads = [visitors[number % STUDENTS] for number in range(extent.count)]

            def upload(visitor: Visitor) -> None:
                files = here.course.files(f"number {next(here.mark)}")
                _expect(visitor.upload(files).status == 303, "an upload was refused")

            upload(visitors[0])
            web = group.supervisor.pid("web") or 0
            before = cost(web).cpu_seconds
            yield _rate(here, "intake over HTTP", uploads, upload)
            used = (cost(web).cpu_seconds - before) / extent.count
        yield Line("  CPU of the web process for each", f"{used * 1000:.1f} ms")


def _rate(
    here: Stage, what: str, items: Sequence[object], act: Callable[..., None]
) -> Line:
    """Do it for every item with eight clients at once; return how many a second."""
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(act, items))
    rate = len(items) / (time.perf_counter() - began)
    cpu = (time.process_time() - cpu) / len(items)
    return Line(
        f"{what}, {CLIENTS} at once",
        f"{rate:.0f}/s ({cpu * 1000:.1f} ms CPU here for each)",
        ">= 100/s" if here.has_bars else "",
        rate >= 100 if here.has_bars else None,
    )


def _claims(extent: Extent, kind: str) -> Iterator[Line]:
    with stage(kind) as here:
        for number in range(extent.count + WARM_UP + 1):
            here.submit(here.course.students[number])
        report = fake_grading.grade(
            here.course.assignment, {}, "", seed=1, on_progress=lambda _: None
        )

        def pair() -> None:
            job = here.claim()
            assert job is not None, "something must wait"  # noqa: S101
            with here.course.database.write() as session:
                runs.finish(session, job, report)

        for _ in range(WARM_UP):
            pair()
        spent = _spent(here, pair, extent.count)
        yield Line(
            "claim and finish, CPU for each run",
            str(spent),
            "<= 5 ms" if here.has_bars else "",
            spent.quickest <= 5 if here.has_bars else None,
        )
        last = here.claim()
        assert last is not None, "one was left"  # noqa: S101
        ended = zip(here.course.assignment.check_list, report.results, strict=True)
        indexed = cycle(list(enumerate(ended, start=1)))

        def record() -> None:
            index, (check, result) = next(indexed)
            with here.course.database.write() as session:
                runs.record(session, last, index, len(report.results), check, [result])

        yield Line(
            "one check's result stored as it ends, CPU",
            str(_spent(here, record, extent.count)),
        )


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds for one action; ours over batches, for the machine may be shared."""

    median: float
    quickest: float
    server: float
    clock: float

    def __str__(self) -> str:
        return (
            f"{self.median:.1f} ms (quickest batch {self.quickest:.1f}), and "
            f"{self.server:.1f} ms of the server; {self.clock:.1f} ms on the clock"
        )


def _spent(here: Stage, act: Callable[[], None], times: int) -> Spent:
    """Do something so often, in batches of ten."""
    server = here.server.pid
    theirs = cost(server).cpu_seconds if server else 0.0
    began, ours = time.perf_counter(), []
    batches = max(1, times // BATCH)
    for _ in range(batches):
        cpu = time.process_time()
        for _ in range(BATCH):
            act()
        ours.append(1000 * (time.process_time() - cpu) / BATCH)
    clock = time.perf_counter() - began
    theirs = (cost(server).cpu_seconds if server else 0.0) - theirs
    done = batches * BATCH
    return Spent(
        statistics.median(ours), min(ours), 1000 * theirs / done, 1000 * clock / done
    )


def _size(extent: Extent, kind: str) -> Iterator[Line]:
    with stage(kind) as empty, stage(kind) as full:
        for here in (empty, full):
            # By now a server keeps plans, made for tables without rows.
            for student in here.course.students[-10:]:
                here.submit(student)
                _claim_again(here)()
        add_finished(full.course, extent.finished, full.course.students[:-10])
        actions = {"submit": _submits, "queue place": _places, "claim": _claim_again}
        for what, action in actions.items():
            found = ratio(action(full), action(empty), extent.rounds)
            yield Line(
                f"{what}: with {extent.finished:,} finished over without",
                f"{found:.2f}x",
                "<= 2x",
                found <= 2,
            )


def _submits(here: Stage) -> Callable[[], None]:
    students = iter(here.course.students * 1000)
    return lambda: here.submit(next(students))


def _places(here: Stage) -> Callable[[], None]:
    with here.course.database.read() as session:
        run_id = session.scalars(
            select(GradingRun.id)
            .where(GradingRun.status == RunStatus.QUEUED)
            .order_by(GradingRun.eff.desc())
            .limit(1)
        ).one()

    def look() -> None:
        with here.course.database.read() as session:
            _expect(queueing.place_of(session, run_id) is not None, "it has no place")

    return look


def _claim_again(here: Stage) -> Callable[[], None]:
    """Return a claim that gives back what it took."""

    def act() -> None:
        job = here.claim()
        assert job is not None, "something must wait"  # noqa: S101
        with here.course.database.write() as session:
            runs.release(session, job)

    return act


def _polls(extent: Extent, kind: str) -> Iterator[Line]:
    with stage(kind) as here:
        for student in here.course.students[:100]:
            here.submit(student)
        with processes(here.course.settings) as group:
            group.start_web()
            visitors = sign_in(here.course, group.url)[:100]
            with here.course.database.read() as session:
                own = {
                    row.user_id: str(row.id)
                    for row in session.execute(
                        select(Submission.user_id, Submission.id)
                    )
                }

            def poll(visitor: Visitor) -> float:
                answer = visitor.status(own[visitor.user_id])
                _expect(answer.status == 200, "a poll was refused")
                return answer.seconds

            poll(visitors[0])
            web = group.supervisor.pid("web") or 0
            before, began = cost(web).cpu_seconds, time.perf_counter()
            asked = [visitors[n % len(visitors)] for n in range(extent.count)]
            with ThreadPoolExecutor(CLIENTS) as pool:
                seconds = sorted(pool.map(poll, asked))
            rate = extent.count / (time.perf_counter() - began)
            used = (cost(web).cpu_seconds - before) / extent.count
    yield Line(
        "asking for the state of a waiting submission, 8 at once",
        f"{rate:.0f}/s, p95 {1000 * seconds[int(0.95 * len(seconds))]:.0f} ms, "
        f"{used * 1000:.1f} ms CPU for each",
    )


def _workers(extent: Extent, kind: str) -> Iterator[Line]:
    """Compare one worker process with two, in turns, each with the real jail."""
    submissions = max(10, extent.count // 20)
    marks = [f"number {number}" for number in range(submissions + 1)]
    speeds: dict[int, list[Speed]] = {1: [], 2: []}
    for _ in range(max(2, extent.rounds // 5)):
        for workers, found in speeds.items():
            with stage(kind) as here:
                found.append(speed(here.course, workers, marks, JAIL))
    gains = [two.rate / one.rate for one, two in zip(speeds[1], speeds[2], strict=True)]
    gain = statistics.median(gains)
    each = ", ".join(f"{value:.2f}" for value in gains)
    rate, cores = (
        statistics.median(getattr(one, name) for one in speeds[1])
        for name in ("rate", "cores")
    )
    yield Line(
        f"jailed submissions ({submissions}): two worker processes over one",
        f"{gain:.2f}x ({each}; one grades {rate:.2f}/s)",
        ">= 1.8x",
        gain >= 1.8,
    )
    here_are = len(os.sched_getaffinity(0))
    yield Line(
        "  what the machine is busy with while one worker process grades",
        f"{cores:.2f} cores of {here_are}: two can be {here_are / cores:.2f}x at most",
    )


def _expect(holds: object, otherwise: str) -> None:
    if not holds:
        raise RuntimeError(otherwise)


PARTS: dict[str, Callable[[Extent, str], Iterator[Line]]] = {
    "intake": _intake,
    "claims": _claims,
    "size": _size,
    "polls": _polls,
    "workers": _workers,
}
