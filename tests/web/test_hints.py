"""Hints on the pages and for programs, where an assignment holds them back."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grader.assignments import load_files
from grader.db import Database
from grader.models import AssignmentSnapshot, GradingRun
from grader.services import assignments
from grader.storage import BlobStore
from tests.web import seed
from tests.web.conftest import ASSIGNMENT
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
LATER = 'show = "later"\nafter_attempts = 3\n'
NOTICE = "A hint is shown from your 4th attempt on."
HINT = "Every row of the batch uses the same bias."
TITLE = "The bias gradient is not summed over the batch"


@pytest.fixture
def submission(world: World, database: Database) -> str:
    """Ada's first report, graded under a version that holds hints back."""
    hold_back(world, database, world.ids["partial"], LATER)
    return world.ids["partial"]


def hold_back(world: World, database: Database, submission: str, rule: str) -> None:
    """Let a report be one of a version with another rule about hints."""
    spec = f"{seed.TOML}[hints]\n{rule}"
    held_back = load_files(
        {"assignment.toml": spec.encode(), "handout.md": b"# Tiny\n"}
    )
    with database.write() as session:
        course = session.scalars(
            select(AssignmentSnapshot).order_by(AssignmentSnapshot.id)
        ).first()
        assert course is not None
        snapshot = assignments.publish(
            session,
            BlobStore(world.settings.blob_dir),
            course_id=course.assignment.course_id,
            assignment=held_back,
            now=datetime.now(UTC),
        ).snapshot_id
        run = session.scalars(
            select(GradingRun).where(GradingRun.submission_id == uuid.UUID(submission))
        ).one()
        run.snapshot_id = snapshot


def test_a_student_reads_when_the_hint_comes_and_not_the_hint(
    visit: Visit, submission: str
) -> None:
    text = visit("ada").get(f"/submissions/{submission}").text
    assert NOTICE in text
    assert HINT not in text
    assert f"Looks like: {TITLE}" in text
    assert "2 of 3 entries are off." in text


def test_staff_read_the_hint_and_no_notice(visit: Visit, submission: str) -> None:
    text = visit("tess").get(f"/submissions/{submission}").text
    assert HINT in text
    assert NOTICE not in text


def test_programs_of_students_get_no_hint_either(visit: Visit, submission: str) -> None:
    answer = visit("ada").get(f"/api/v1/submissions/{submission}")
    assert HINT not in answer.text
    assert answer.json is not None
    assert answer.json["hint_notice"] == NOTICE
    (named,) = (one for one in answer.json["results"] if one["diagnosis"])
    assert (named["diagnosis"]["title"], named["diagnosis"]["hint"]) == (TITLE, "")
    staff = visit("ivo").get(f"/api/v1/submissions/{submission}").json
    assert staff is not None
    assert staff["hint_notice"] == ""


def test_a_hidden_name_is_on_no_page_and_in_no_answer(
    visit: Visit, world: World, database: Database, submission: str
) -> None:
    hold_back(world, database, submission, 'show = "never"\ndiagnosis = "hidden"\n')
    page = visit("ada").get(f"/submissions/{submission}").text
    answer = visit("ada").get(f"/api/v1/submissions/{submission}")
    for text in (page, answer.text):
        assert TITLE not in text
        assert HINT not in text
        assert "2 of 3 entries are off." in text
    assert TITLE in visit("tess").get(f"/submissions/{submission}").text


def test_the_page_of_the_assignment_says_when_hints_come(
    visit: Visit, submission: str
) -> None:
    assert f"<li>{NOTICE}</li>" in visit("ada").get(ASSIGNMENT).text
