"""What a monitoring system should watch, counted in the database at that moment."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, cast, extract, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Course,
    GradingRun,
    Lane,
    RunStatus,
    Submission,
)
from grader.services import alarms, health
from grader.services.exposition import Family, MetricType, Sample

_FINISHED = tuple(status for status in RunStatus if not status.is_pending)
_SECONDS_PER_DAY = 86_400.0


def collect(session: Session, *, blob_bytes: int) -> list[Family]:
    """Return every family; a number that is zero is there as well.

    Parameters
    ----------
    blob_bytes
        What the stored files take, which no table tells.
    """
    return [
        *_queue(session),
        *_workers(session),
        *_totals(session),
        _run_seconds(session),
        _one("grader_blob_bytes", "Bytes of all stored files.", blob_bytes),
    ]


def _queue(session: Session) -> Iterator[Family]:
    state = health.status(session)
    waiting = _counts(session, GradingRun.lane, GradingRun.status == RunStatus.QUEUED)
    yield _labelled(
        "grader_queue_length",
        MetricType.GAUGE,
        "Runs that wait for a worker, by lane: live submissions, and reruns in bulk.",
        "lane",
        {lane.name.lower(): waiting.get(lane.value, 0) for lane in Lane},
    )
    yield _one(
        "grader_oldest_wait_seconds",
        "How long the run that has waited longest has waited.",
        state.oldest_queued_seconds,
    )
    yield _one("grader_runs_running", "Runs that a worker holds.", state.running)


def _workers(session: Session) -> Iterator[Family]:
    state = health.status(session)
    yield _one(
        "grader_workers_alive",
        "Workers that gave a sign of life in the last minute.",
        state.workers_alive,
    )
    yield _one(
        "grader_slots",
        "Runs that these workers can grade at once.",
        health.slots(session),
    )
    yield _labelled(
        "grader_alarms_open",
        MetricType.GAUGE,
        "Alarms that nobody has resolved and that are not over.",
        "kind",
        {kind.value: count for kind, count in alarms.open_counts(session).items()},
    )


def _totals(session: Session) -> Iterator[Family]:
    ended = _counts(session, GradingRun.status, GradingRun.status.in_(_FINISHED))
    yield _labelled(
        "grader_runs_finished_total",
        MetricType.COUNTER,
        "Runs that have ended, by how.",
        "status",
        {status.value: ended.get(status, 0) for status in _FINISHED},
    )
    refunded = select(func.count()).where(Submission.attempt_refunded)
    yield _one(
        "grader_attempts_refunded_total",
        "Attempts given back because of a failure of ours.",
        session.scalars(refunded).one(),
        MetricType.COUNTER,
    )


def _run_seconds(session: Session) -> Family:
    name = Course.slug.concat("/").concat(Assignment.slug)
    seconds = _seconds_between(session, GradingRun.started_at, GradingRun.finished_at)
    rows = session.execute(
        select(name, func.count(), func.coalesce(func.sum(seconds), 0.0))
        .join(AssignmentSnapshot, AssignmentSnapshot.id == GradingRun.snapshot_id)
        .join(Assignment, Assignment.id == AssignmentSnapshot.assignment_id)
        .join(Course, Course.id == Assignment.course_id)
        .where(GradingRun.status == RunStatus.GRADED)
        .group_by(name)
        .order_by(name)
    ).all()
    samples = tuple(
        Sample(float(value), {"assignment": row[0]}, suffix)
        for row in rows
        for suffix, value in (("_sum", row[2]), ("_count", row[1]))
    )
    return Family(
        "grader_run_seconds",
        MetricType.SUMMARY,
        "Seconds from claim to report of the runs that were graded, by assignment.",
        samples,
    )


def _seconds_between(
    session: Session,
    begun: InstrumentedAttribute[datetime | None],
    ended: InstrumentedAttribute[datetime | None],
) -> ColumnElement[float]:
    if session.get_bind().dialect.name == "sqlite":
        days = func.julianday(ended) - func.julianday(begun)
        return cast(days * _SECONDS_PER_DAY, Float)
    return cast(extract("epoch", ended - begun), Float)


def _counts(
    session: Session, column: InstrumentedAttribute[Any], among: ColumnElement[bool]
) -> dict[Any, int]:
    rows = session.execute(select(column, func.count()).where(among).group_by(column))
    return {row[0]: row[1] for row in rows}


def _one(
    name: str, explained: str, value: float, kind: MetricType = MetricType.GAUGE
) -> Family:
    return Family(name, kind, explained, (Sample(value),))


def _labelled(
    name: str, kind: MetricType, explained: str, label: str, values: Mapping[str, int]
) -> Family:
    samples = tuple(Sample(count, {label: value}) for value, count in values.items())
    return Family(name, kind, explained, samples)
