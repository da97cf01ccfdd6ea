"""A small world for the tests of the pages: a submission in every state.

``python -m tests.web.seed HOME`` makes the same world with the shipped assignment under
a folder, to look at the pages by hand.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from grader.assignments import Assignment, load_files, load_folder, shipped
from grader.config import Settings
from grader.db import Database, migrate
from grader.intake import prepare
from grader.models import CourseRole
from grader.report import BlockedCall, Report, ReportStatus
from grader.services import accounts, assignments, courses, runs, submissions
from grader.storage import BlobStore
from tests.web.results import mixed, passed

COURSE = "deep-learning"
OTHER_COURSE = "algebra"
SLUG = "tiny-mlp"
PASSWORD = "correct horse battery"
# Small enough for the test client to keep a body that is too large in memory.
SMALL_BYTES = 200_000
SECRET = "only-for-tests-and-long-enough"

PEOPLE = {
    "ada": ("Ada Lovelace", CourseRole.STUDENT),
    "ben": ("Ben <b>Bold</b>", CourseRole.STUDENT),
    "tess": ("Tess Assistant", CourseRole.TA),
    "ivo": ("Ivo Instructor", CourseRole.INSTRUCTOR),
}

TOML = """
format = 1
slug = "tiny-mlp"
title = "Tiny MLP"
[submission]
entry = "mlp.py"
[[component]]
name = "Linear"
operation = "linear"
construct = ["in_features", "out_features"]
[[component]]
name = "ReLU"
operation = "relu"
[[check]]
id = "interface"
kind = "interface"
title = "Everything is there"
points = 0
[[check]]
id = "linear-forward"
kind = "forward"
component = "Linear"
title = "Linear: forward"
points = 4
[[check]]
id = "linear-backward"
kind = "backward"
component = "Linear"
title = "Linear: backward"
points = { grad_x = 4, grad_weight = 4, grad_bias = 3 }
[[check]]
id = "relu-forward"
kind = "forward"
component = "ReLU"
title = "ReLU: forward"
points = 5
"""
HANDOUT = """# Tiny MLP

Write `Linear` so that $y = x W + b$.

$$
\\frac{\\partial L}{\\partial b} = \\sum_{n=1}^{N} \\frac{\\partial L}{\\partial y_n}
$$

<script>alert("handout")</script>

```python
def forward(self, x):
    return x @ self.params["weight"]
```

| Name | Shape |
| --- | --- |
| `weight` | $(D, M)$ |
"""
CODE = b'''"""My network."""
import numpy as np


class Linear:
    NOTE = "<script>alert('source')</script>"

    def backward(self, grad_out):
        self.grads["bias"] = grad_out
        return grad_out @ self.params["weight"].T
'''


@dataclass(frozen=True)
class World:
    """Where everything is; ``ids`` maps a word to the public id of a submission."""

    settings: Settings
    people: Mapping[str, int]
    ids: Mapping[str, str]
    assignment_id: int
    slug: str = SLUG


def small_assignment() -> Assignment:
    return load_files(
        {
            "assignment.toml": TOML.encode(),
            "handout.md": HANDOUT.encode(),
            "starter/mlp.py": b"class Linear:\n    pass\n",
            "starter/notes.txt": b"Read me.\n",
        }
    )


def settings_for(home: Path) -> Settings:
    return Settings(
        home=home,
        database_url=f"sqlite:///{home}/grader.sqlite3",
        # Nothing listens here: a bell that is not heard must not matter.
        broker_url=f"redis+socket://{home}/no-broker.sock",
        blob_dir=home / "blobs",
        secret_key=SECRET,
        base_url="http://localhost",
        max_upload_bytes=SMALL_BYTES,
    )


def build(home: Path, assignment: Assignment) -> World:
    """Make the world on an empty home and return where things are."""
    settings = settings_for(home)
    home.mkdir(parents=True, exist_ok=True)
    migrate(settings.database_url)
    database = Database(settings.database_url)
    store = BlobStore(settings.blob_dir)
    try:
        people, assignment_id = _people_and_assignment(database, store, assignment)
        ids = _submissions(database, store, people, assignment_id, assignment)
    finally:
        database.dispose()
    return World(settings, people, ids, assignment_id, assignment.spec.slug)


def _people_and_assignment(
    database: Database, store: BlobStore, assignment: Assignment
) -> tuple[dict[str, int], int]:
    now = datetime.now(UTC)
    with database.write() as session:
        course = courses.create(
            session, slug=COURSE, title="Deep Learning", timezone="Europe/Vienna"
        )
        other = courses.create(session, slug=OTHER_COURSE, title="Algebra")
        people: dict[str, int] = {}
        for key, (name, role) in PEOPLE.items():
            people[key] = accounts.create_user(
                session, email=f"{key}@example.org", name=name, password=PASSWORD
            ).id
            accounts.enrol(session, course_id=course, user_id=people[key], role=role)
        people["olga"] = accounts.create_user(
            session, email="olga@example.org", name="Olga Other", password=PASSWORD
        ).id
        accounts.enrol(
            session, course_id=other, user_id=people["olga"], role=CourseRole.INSTRUCTOR
        )
        people["nils"] = accounts.create_user(
            session, email="nils@example.org", name="Nils Nobody"
        ).id
        published = assignments.publish(
            session,
            store,
            course_id=course,
            assignment=assignment,
            now=now,
            due_at=now.replace(minute=0, second=0, microsecond=0) + timedelta(days=9),
            max_attempts=5,
        )
    return people, published.assignment_id


def _submissions(
    database: Database,
    store: BlobStore,
    people: Mapping[str, int],
    assignment_id: int,
    assignment: Assignment,
) -> dict[str, str]:
    """Hand in and grade until there is one submission in every state."""
    ids: dict[str, str] = {}

    def hand_in(word: str, person: str, files: dict[str, bytes]) -> None:
        with database.write() as session:
            ids[word] = submissions.submit(
                session,
                store,
                assignment_id=assignment_id,
                user_id=people[person],
                prepared=prepare(files, entry="mlp.py"),
                received_at=datetime.now(UTC),
                idempotency_key=word,
                secret_key=SECRET,
            ).submission_id

    def claimed() -> runs.GradeJob:
        with database.write() as session:
            job = runs.claim(session, worker="w1", lease_seconds=3600)
        assert job is not None
        return job

    def finish(outcome: Report) -> None:
        job = claimed()
        with database.write() as session:
            runs.finish(session, job, outcome)

    hand_in("partial", "ada", {"mlp.py": CODE, "parts.py": b"SIZE = 3\n"})
    finish(report_for(assignment, mixed))
    hand_in("perfect", "ada", {"mlp.py": CODE})
    finish(report_for(assignment, passed))
    hand_in("attention", "ben", {"mlp.py": CODE})
    job = claimed()
    with database.write() as session:
        runs.fail(session, job, "the jail did not start")
    hand_in("running", "ben", {"mlp.py": CODE})
    job = claimed()
    outlines = assignment.check_list
    with database.write() as session:
        for index, outline in enumerate(outlines[: len(outlines) // 2], start=1):
            results = [mixed(o, q, p) for o, q, p in lines(assignment) if o == outline]
            runs.record(session, job, index, len(outlines), outline, results)
    hand_in("queued", "ada", {"mlp.py": CODE})
    return ids


def lines(assignment: Assignment) -> list[tuple[Any, str, float]]:
    return [
        (check.outline, quantity, points)
        for check in assignment.checks
        for quantity, points in check.points.items()
    ]


def report_for(assignment: Assignment, judge: Any) -> Report:
    results = tuple(judge(*line) for line in lines(assignment))
    return Report(
        assignment=assignment.spec.slug,
        status=ReportStatus.GRADED,
        score=sum(result.points for result in results),
        max_score=assignment.max_score,
        results=results,
        seed=4711,
        spec_digest=assignment.digest,
        versions={"grader": "0.1.0", "python": "3.11.2", "numpy": "2.4.6"},
        jail_tier="T1",
        machine={"kernel": "Linux 6.1 <b>", "user_namespaces": "yes"},
        blocked_calls=(BlockedCall("interface", "process_vm_readv"),)
        if judge is mixed
        else (),
        log="epoch 1: \x1b[31mloss 2.30\x1b[0m\n<script>alert('print')</script>\n",
        seconds=1.3,
    )


def main() -> None:
    world = build(Path(sys.argv[1]), load_folder(shipped("modular-mlp")))
    for word, submission in world.ids.items():
        sys.stdout.write(f"{word} {submission}\n")


if __name__ == "__main__":
    main()
