"""A course with people and one small assignment, and shortcuts to use it."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from grader.assignments import Assignment, load_files
from grader.db import Database
from grader.intake import Prepared
from grader.models import AuditEntry, CourseRole, GradingRun, RunResult, User
from grader.report import CheckResult, Report, ReportStatus, Verdict
from grader.services import accounts, assignments, courses, runs, submissions
from grader.services.receipts import Receipt
from grader.services.runs import GradeJob
from grader.storage import BlobStore

KEY = "a-key-that-only-tests-use"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPEC = b"""
format = 1
slug = "tiny"
title = "Tiny"

[submission]
entry = "tiny.py"

[[component]]
name = "ReLU"
operation = "relu"

[[check]]
id = "interface"
kind = "interface"
points = 1

[[check]]
id = "relu-forward"
kind = "forward"
component = "ReLU"
points = 2

[[check]]
id = "relu-backward"
kind = "backward"
component = "ReLU"
points = 3
"""
CHECKS = ("interface", "relu-forward", "relu-backward")


def tiny(extra: bytes = b"") -> Assignment:
    return load_files({"assignment.toml": SPEC + extra, "handout.md": b"# Tiny\n"})


def prepared(text: str = "x = 1\n") -> Prepared:
    code = text.encode()
    return Prepared(
        files={"tiny.py": code},
        entry="tiny.py",
        notices=("mine.py was loaded as tiny.py.",),
        originals={"mine.py": code},
    )


def result(check: str, points: float, most: float) -> CheckResult:
    verdict = Verdict.PASSED if points == most else Verdict.FAILED
    return CheckResult(
        check, f"Title of {check}", "ReLU", "out", verdict, points, most, ""
    )


def report(score: float = 6.0, status: ReportStatus = ReportStatus.GRADED) -> Report:
    """A report on ``tiny`` with so many points, the first three for sure."""
    results = (
        result("interface", 1.0, 1.0),
        result("relu-forward", 2.0, 2.0),
        result("relu-backward", score - 3.0, 3.0),
    )
    return Report(
        assignment="tiny",
        status=status,
        score=score,
        max_score=6.0,
        results=results,
        seed=1,
        spec_digest="0" * 64,
        versions={"grader": "test"},
        jail_tier="T0",
        log="printed",
    )


@dataclass
class World:
    """Ids of what was made, and what tests do again and again."""

    database: Database
    store: BlobStore
    course_id: int
    assignment_id: int
    snapshot_id: int
    student: int
    other: int
    ta: int
    instructor: int
    outsider: int

    def submit(
        self,
        user_id: int | None = None,
        *,
        key: str = "",
        text: str = "x = 1\n",
        at: datetime = NOW,
    ) -> Receipt:
        with self.database.write() as session:
            return submissions.submit(
                session,
                self.store,
                assignment_id=self.assignment_id,
                user_id=user_id or self.student,
                prepared=prepared(text),
                received_at=at,
                idempotency_key=key or uuid.uuid4().hex,
                secret_key=KEY,
            )

    def claim(self, worker: str = "w1", lease: float = 30.0) -> GradeJob | None:
        with self.database.write() as session:
            return runs.claim(session, worker=worker, lease_seconds=lease)

    def must_claim(self, worker: str = "w1", lease: float = 30.0) -> GradeJob:
        job = self.claim(worker, lease)
        assert job is not None
        return job

    def grade(self, score: float = 6.0, worker: str = "w1") -> GradeJob:
        """Claim the next run and finish it."""
        job = self.must_claim(worker)
        with self.database.write() as session:
            runs.finish(session, job, replace(report(score), seed=job.seed))
        return job

    def run(self, run_id: uuid.UUID | str) -> GradingRun:
        with self.database.read() as session:
            return session.get_one(GradingRun, uuid.UUID(str(run_id)))

    def results(self, run_id: uuid.UUID | str) -> list[RunResult]:
        with self.database.read() as session:
            return list(
                session.scalars(
                    select(RunResult)
                    .where(RunResult.run_id == uuid.UUID(str(run_id)))
                    .order_by(RunResult.position)
                )
            )

    def audit(self) -> list[str]:
        with self.database.read() as session:
            return list(
                session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
            )

    def expire(self, run_id: uuid.UUID | str) -> None:
        """Let a lease be over, as if its time had passed."""
        past = timedelta(hours=1)
        with self.database.write() as session:
            run = session.get_one(GradingRun, uuid.UUID(str(run_id)))
            assert run.lease_until is not None
            assert run.heartbeat_at is not None
            session.execute(
                update(GradingRun)
                .where(GradingRun.id == run.id)
                .values(
                    lease_until=run.lease_until - past,
                    heartbeat_at=run.heartbeat_at - past,
                )
            )

    def limit_attempts(self, most: int | None) -> None:
        with self.database.write() as session:
            assignments.update_settings(session, self.assignment_id, max_attempts=most)


def make_world(database: Database, store: BlobStore) -> World:
    with database.write() as session:
        course = courses.create(session, slug="bp", title="Backprop")
        published = assignments.publish(
            session, store, course_id=course, assignment=tiny(), now=NOW
        )
        people = {}
        for name, role in (
            ("student", CourseRole.STUDENT),
            ("other", CourseRole.STUDENT),
            ("ta", CourseRole.TA),
            ("instructor", CourseRole.INSTRUCTOR),
            ("outsider", None),
        ):
            # Not by the service: hashing passwords would take most of a test's time.
            new = User(email=f"{name}@example.org", name=name.title())
            session.add(new)
            session.flush()
            people[name] = new.id
            if role is not None:
                accounts.enrol(session, course_id=course, user_id=new.id, role=role)
    return World(
        database,
        store,
        course,
        published.assignment_id,
        published.snapshot_id,
        **people,
    )
