"""How fast worker processes empty a queue, and what that keeps busy."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from grader.cli.load.course import LoadedCourse
from grader.cli.load.service import processes, wait_until
from grader.cli.processes import TICKS_PER_SECOND
from grader.db import Database
from grader.models import GradingRun
from grader.services import health

LONGEST_SECONDS = 600.0
# Whoever looks more often takes from what is measured.
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast worker processes grade.

    Parameters
    ----------
    rate
        Submissions a second.
    cores
        CPU seconds in each second, of the whole machine: workers, jails and database.
        Only on a machine that does nothing else does it say anything.
    """

    rate: float
    cores: float


def speed(
    course: LoadedCourse, workers: int, marks: Sequence[str], grading: str
) -> Speed:
    """Measure so many worker processes.

    Parameters
    ----------
    marks
        What tells the submissions apart, one for each student. The first is graded
        before anything is measured.
    """
    with processes(course.settings) as group:
        for number in range(workers):
            group.start_poller(f"worker{number}", grading=grading)
        course.submit(course.students[0], course.prepared(marks[0]))
        wait_until(lambda: _waiting(course.database) == 0, "the first submission")
        wait_until(lambda: _alive(course.database) == workers, "all workers")
        busy = _busy_seconds()
        for student, mark in zip(course.students[1:], marks[1:], strict=False):
            course.submit(student, course.prepared(mark))
        deadline = time.monotonic() + LONGEST_SECONDS
        while _waiting(course.database):
            if time.monotonic() > deadline:
                raise RuntimeError("the queue was not emptied")
            time.sleep(LOOK_SECONDS)
        busy = _busy_seconds() - busy
    seconds = _seconds_of_last(course.database, len(marks) - 1)
    return Speed((len(marks) - 1) / seconds, busy / seconds)


def _busy_seconds() -> float:
    """Return what all processors have worked: what a killed jail used counts too."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:]]
    # proc(5): the fourth and the fifth count how long there was nothing to do.
    return (sum(ticks[:3]) + sum(ticks[5:7])) / TICKS_PER_SECOND


def _seconds_of_last(opened: Database, count: int) -> float:
    """Return how long the last runs took together, from first begin to last end."""
    with opened.read() as session:
        runs = session.execute(
            select(GradingRun.started_at, GradingRun.finished_at)
            .order_by(GradingRun.created_at.desc())
            .limit(count)
        ).all()
    begun = [began for began, _ in runs if began is not None]
    ended = [end for _, end in runs if end is not None]
    return (max(ended) - min(begun)).total_seconds()


def _alive(opened: Database) -> int:
    with opened.read() as session:
        return health.status(session).workers_alive


def _waiting(opened: Database) -> int:
    with opened.read() as session:
        seen = health.status(session)
    if seen.needs_attention:
        raise RuntimeError("a run needs attention")
    return seen.queued + seen.running
