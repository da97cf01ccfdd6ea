"""Whatever a student opens, nothing of a hidden check is in it."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grader.assignments import Assignment, load_files
from grader.db import Database
from grader.intake import prepare
from grader.models import Assignment as Row
from grader.report import CheckResult, Diagnosis, Verdict
from grader.services import assignments, runs, submissions
from grader.storage import BlobStore
from tests.web import results, seed
from tests.web.access import MATRIX, VISITORS
from tests.web.conftest import ASSIGNMENT
from tests.web.seed import World
from tests.web.test_access import address, routes

Visit = Callable[[str], FlaskClient]

ID, WORD = "canary-check", "KANARI"
POINTS, EARNED = 7.31, 1.13
TOTALS = ("7.31", "27.31", "1.13", "21.13", "6.18")
HIDDEN = f"""
[[check]]
id = "{ID}"
kind = "backward"
component = "ReLU"
title = "{WORD} title"
points = {POINTS}
visibility = "LEVEL"
"""


def hidden_assignment(level: str) -> Assignment:
    spec = seed.TOML + HIDDEN.replace("LEVEL", level)
    return load_files(
        {"assignment.toml": spec.encode(), "handout.md": seed.HANDOUT.encode()}
    )


def judged(outline: object, quantity: str, points: float) -> CheckResult:
    right = results.passed(outline, quantity, points)
    if right.check != ID:
        return right
    return replace(
        right,
        verdict=Verdict.FAILED,
        points=EARNED,
        message=f"{WORD} message",
        diagnosis=Diagnosis("M01", f"{WORD} mistake", f"{WORD} hint"),
        evidence={"expected": 1.0, "got": 2.0, "notice": f"{WORD} evidence"},
    )


def hand_in(world: World, database: Database, level: str) -> str:
    """Publish, hand in and grade; return the submission."""
    store = BlobStore(world.settings.blob_dir)
    hidden = hidden_assignment(level)
    with database.write() as session:
        assignments.publish(
            session,
            store,
            course_id=session.get_one(Row, world.assignment_id).course_id,
            assignment=hidden,
            now=datetime.now(UTC),
        )
        row = session.get_one(Row, world.assignment_id)
        row.scores_published_at = None
        row.max_attempts = None
    with database.write() as session:
        receipt = submissions.submit(
            session,
            store,
            assignment_id=world.assignment_id,
            user_id=world.people["ada"],
            prepared=prepare({"mlp.py": seed.CODE}, entry="mlp.py"),
            received_at=datetime.now(UTC),
            idempotency_key=uuid.uuid4().hex,
        )
    report = replace(seed.report_for(hidden, judged), log=f"{WORD} print", log_check=ID)
    while True:
        with database.write() as session:
            job = runs.claim(session, worker="w", lease_seconds=60)
        assert job is not None
        if str(job.submission_id) == receipt.submission_id:
            break
    with database.write() as session:
        runs.finish(session, job, report)
    return receipt.submission_id


def opens(endpoint: str) -> bool:
    stated = MATRIX.get(("GET", endpoint))
    return stated is not None and stated[VISITORS.index("ada")] < 300


def pages(
    app: Flask, client: FlaskClient, world: World, submission: str
) -> Iterator[tuple[str, str]]:
    """Yield the address and the text of everything that opens for somebody."""
    first = world.ids["partial"]
    here = replace(world, ids={**world.ids, "perfect": submission})
    found = [
        address(rule, here)
        for (method, endpoint), rule in routes(app).items()
        if method == "GET" and endpoint != "static" and opens(endpoint)
    ]
    found.append(f"{ASSIGNMENT}/attempts/diff?a={first}&b={submission}")
    for path in found:
        answer = client.get(path)
        if answer.status_code < 300:
            yield path, answer.text + str(answer.headers)
        answer.close()


@pytest.mark.parametrize("level", ["hidden", "after_due_date", "after_published"])
def test_nothing_that_a_student_opens_tells_of_a_hidden_check(
    app: Flask, visit: Visit, world: World, database: Database, level: str
) -> None:
    submission = hand_in(world, database, level)
    opened = dict(pages(app, visit("ada"), world, submission))
    assert {f"/submissions/{submission}", "/", f"{ASSIGNMENT}/attempts"} <= {*opened}
    leaks = [
        (path, canary)
        for path, text in opened.items()
        for canary in (ID, WORD, *TOTALS)
        if canary in text
    ]
    assert leaks == []
    page = opened[f"/submissions/{submission}"]
    assert "Visible part: 20 / 20 points." in page
    assert "Part of the assignment is tested later." in page
    assert "All 6 visible results passed." in page


def test_staff_see_it_with_a_badge_and_students_once_it_is_published(
    visit: Visit, world: World, database: Database
) -> None:
    submission = hand_in(world, database, "after_published")
    path = f"/submissions/{submission}"
    staff = visit("tess").get(path).text
    assert f"{WORD} message" in staff
    assert "shown to students once scores are published" in staff
    with database.write() as session:
        row = session.get_one(Row, world.assignment_id)
        row.scores_published_at = datetime.now(UTC)
    student = visit("ada").get(path).text
    assert f"{WORD} message" in student
    assert "<b>21.13</b> <span>of 27.31</span>" in student
    assert f"{WORD} print" in student
