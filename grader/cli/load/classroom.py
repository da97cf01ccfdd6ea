"""A large course with everything that its pages list, put into a database in bulk."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.orm import Session

from grader.assignments import Assignment, load_files
from grader.db import Database, to_json
from grader.models import (
    Attempts,
    AuditEntry,
    CourseRole,
    Enrolment,
    GradingRun,
    RerunItem,
    RunStatus,
    Standing,
    Submission,
    User,
)
from grader.services import assignments, courses
from grader.storage import BlobStore

COURSE = "large"
CHECK_POINTS = 5
CODE = b"class ReLU:\n    pass\n" * 60
LOOKS_LIKE = ("M14", "The bias gradient is not summed over the batch")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: ``attempts`` of each student at each assignment."""

    students: int
    assignments: int
    attempts: int
    checks: int


@dataclass(frozen=True, slots=True)
class Classroom:
    """Who is there, and one submission to look at."""

    course_id: int
    assignment_id: int
    assignment: str
    instructor: int
    student: int
    submission: str


def fill(database: Database, store: BlobStore, size: Size) -> Classroom:
    """Fill an empty database; the same rows every time but for their ids."""
    with database.write() as session:
        course = courses.create(session, slug=COURSE, title="A large course")
        staff, students = _people(session, course, size.students)
        offered = [
            assignments.publish(
                session,
                store,
                course_id=course,
                assignment=_assignment(number, size.checks),
                now=datetime.now(UTC) - timedelta(days=90),
                due_at=datetime.now(UTC) - timedelta(days=35 - 7 * number),
            )
            for number in range(1, size.assignments + 1)
        ]
    seen, blob = "", store.put(CODE)
    rng = random.Random(1)  # noqa: S311 - only makes numbers differ
    for one in offered:
        rows = _Rows(size, one.assignment_id, one.snapshot_id, rng, blob)
        seen = rows.add(database, students) or seen
    return Classroom(
        course,
        offered[-1].assignment_id,
        _slug(size.assignments),
        staff,
        students[0],
        seen,
    )


def _slug(number: int) -> str:
    return f"sheet-{number:02}"


def _assignment(number: int, checks: int) -> Assignment:
    parts = [
        f"""
[[check]]
id = "relu-{at:02}"
kind = "{"forward" if at % 2 else "backward"}"
component = "ReLU"
title = "ReLU: case {at}"
points = {CHECK_POINTS}
"""
        for at in range(1, checks + 1)
    ]
    head = f"""
format = 1
slug = "{_slug(number)}"
title = "Sheet {number}"
[submission]
entry = "sheet.py"
[[component]]
name = "ReLU"
operation = "relu"
"""
    return load_files(
        {
            "assignment.toml": (head + "".join(parts)).encode(),
            "handout.md": b"# Sheet\n\nWrite `ReLU`.\n",
        }
    )


def _people(session: Session, course: int, count: int) -> tuple[int, list[int]]:
    people = [
        User(email=f"student{at}@example.org", name=f"Student {at:04}")
        for at in range(count)
    ]
    teacher = User(email="teacher@example.org", name="Teacher")
    session.add_all([teacher, *people])
    session.flush()
    ids = [one.id for one in people]
    rows = [
        {
            "course_id": course,
            "user_id": user,
            "role": CourseRole.STUDENT,
            "section": "ABCD"[at % 4],
        }
        for at, user in enumerate(ids)
    ]
    session.execute(insert(_table(Enrolment)), rows)
    session.add(
        Enrolment(course_id=course, user_id=teacher.id, role=CourseRole.INSTRUCTOR)
    )
    return teacher.id, ids


class _Rows:
    """Rows of one assignment; attempts get better from one to the next."""

    def __init__(
        self,
        size: Size,
        assignment_id: int,
        snapshot_id: int,
        rng: random.Random,
        blob: str,
    ) -> None:
        self._size = size
        self._files = {"sheet.py": blob}
        self._assignment = assignment_id
        self._snapshot = snapshot_id
        self._rng = rng
        self._began = datetime.now(UTC) - timedelta(days=60)
        self._most = float(CHECK_POINTS * size.checks)
        self._ids = [f"relu-{at:02}" for at in range(1, size.checks + 1)]

    def add(self, database: Database, students: list[int]) -> str:
        """Add all; return the last submission of the first student."""
        tables: dict[Any, list[Row]] = {
            kind: [] for kind in (Submission, GradingRun, Attempts, AuditEntry)
        }
        standings: list[Row] = []
        results: list[tuple[Any, ...]] = []
        for student in students:
            own = list(self._of(student, tables, results))
            best = max(own, key=lambda row: (row["final"], -row["number"]))
            standings += [{**row, "counts": row is best} for row in own]
        with database.write() as session:
            for kind, rows in tables.items():
                session.execute(insert(_table(kind)), rows)
            session.execute(insert(_table(Standing)), standings)
            _copy(session.connection(), results)
        return str(tables[Submission][self._size.attempts - 1]["id"])

    def _of(
        self,
        student: int,
        tables: dict[Any, list[Row]],
        results: list[tuple[Any, ...]],
    ) -> Iterator[Row]:
        count = self._size.attempts
        tables[Attempts].append(
            {
                "assignment_id": self._assignment,
                "user_id": student,
                "used": count,
                "submitted": count,
            }
        )
        for number in range(1, count + 1):
            submission = self._submission(student, number)
            passed = self._rng.randint(0, self._size.checks) * number // count
            run = self._run(submission, passed)
            tables[Submission].append(submission)
            tables[GradingRun].append(run)
            tables[AuditEntry] += [
                _noted(submission, action) for action in ("submitted", "graded")
            ]
            results += self._results(run["id"], passed)
            yield {
                "submission_id": submission["id"],
                "user_id": student,
                "assignment_id": self._assignment,
                "run_id": run["id"],
                "number": number,
                "received_at": submission["received_at"],
                "raw": run["score"],
                "adjusted": run["score"],
                "final": run["score"],
                "max_score": self._most,
            }

    def _submission(self, student: int, number: int) -> Row:
        later = timedelta(seconds=self._rng.randint(0, 21 * 86_400))
        return {
            "id": uuid.uuid4(),
            "assignment_id": self._assignment,
            "user_id": student,
            "number": number,
            "received_at": self._began + later,
            "files": self._files,
            "originals": self._files,
            "entry": "sheet.py",
            "notices": [],
            "sha256": "0" * 64,
            "idempotency_key": uuid.uuid4().hex,
        }

    def _run(self, submission: Row, passed: int) -> Row:
        at = submission["received_at"]
        checks = {
            check: [CHECK_POINTS if place < passed else 0, int(place < passed)]
            for place, check in enumerate(self._ids)
        }
        mistakes = [[check, *LOOKS_LIKE] for check in self._ids[passed : passed + 3]]
        return {
            "id": uuid.uuid4(),
            "submission_id": submission["id"],
            "snapshot_id": self._snapshot,
            "user_id": submission["user_id"],
            "status": RunStatus.GRADED,
            "eff": at,
            "seed": 1,
            "score": float(CHECK_POINTS * passed),
            "max_score": self._most,
            "report": {"log": "", "machine": {}, "notices": []},
            "outcomes": {"checks": checks, "mistakes": mistakes},
            "blocked_calls": [],
            "created_at": at,
            "started_at": at,
            "finished_at": at + timedelta(seconds=2),
        }

    def _results(self, run_id: uuid.UUID, passed: int) -> Iterator[tuple[Any, ...]]:
        for place, check in enumerate(self._ids):
            yield run_id, place + 1, check, _RESULTS[place < passed](check)


def _result(check: str, *, passed: bool) -> str:
    id_, title = LOOKS_LIKE
    found = {"id": id_, "title": title, "hint": "What does the axis stand for?"}
    return to_json(
        [
            {
                "check": check,
                "title": check,
                "component": "ReLU",
                "quantity": "out",
                "verdict": "passed" if passed else "failed",
                "points": CHECK_POINTS if passed else 0,
                "max_points": CHECK_POINTS,
                "message": "All entries agree." if passed else "Entry [0, 1] differs.",
                "diagnosis": None if passed else found,
                "evidence": {"shape": [4, 5], "distance": 0.5},
                "seconds": 0.1,
            }
        ]
    )


_RESULTS = (
    lambda check: _result(check, passed=False),
    lambda check: _result(check, passed=True),
)


def _noted(submission: Row, action: str) -> Row:
    # Not chained: nobody checks the list of a benchmark.
    return {
        "at": submission["received_at"],
        "actor_id": submission["user_id"] if action == "submitted" else None,
        "action": action,
        "submission_id": submission["id"],
        "new": {"number": submission["number"]},
    }


def _table(kind: Any) -> Table:
    return cast(Table, kind.__table__)


def _copy(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Add results by the driver's own quickest way; there are millions of them."""
    # Each takes an iterator, and only psycopg has ``copy``: no shared interface has.
    cursor: Any = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        cursor.executemany(
            "INSERT INTO run_result (run_id, position, check_id, results) "
            "VALUES (?, ?, ?, ?)",
            ((row[0].hex, *row[1:]) for row in rows),
        )
        return
    with cursor.copy(
        "COPY run_result (run_id, position, check_id, results) FROM STDIN"
    ) as copy:
        for row in rows:
            copy.write_row(row)


def graded_again(session: Session, batch_id: uuid.UUID) -> None:
    """End the runs of a batch as workers would, a little better than before."""
    old = select(RerunItem.new_run_id).where(RerunItem.batch_id == batch_id)
    now = datetime.now(UTC)
    session.execute(
        update(_table(GradingRun))
        .where(_table(GradingRun).c.id.in_(old))
        .values(
            status=RunStatus.GRADED,
            score=float(CHECK_POINTS),
            max_score=float(CHECK_POINTS),
            report={},
            outcomes={"checks": {"relu-01": [CHECK_POINTS, 1]}, "mistakes": []},
            started_at=now,
            finished_at=now,
        )
    )
