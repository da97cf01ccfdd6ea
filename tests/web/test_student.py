"""The pages of a student: home, assignment, upload."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grader.db import Database
from grader.models import Assignment, Submission
from tests.web import seed
from tests.web.conftest import ASSIGNMENT, KEY, token_of, upload
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
GOOD = {"mlp.py": b"class Linear:\n    pass\n"}


def count(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(func.count()).select_from(Submission)).one()


@pytest.fixture
def unlimited(database: Database, world: World) -> None:
    with database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.max_attempts = None
        row.due_at = datetime.now(UTC) + timedelta(days=9)


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_home_shows_the_assignment_with_best_score_and_last_status(
    visit: Visit,
) -> None:
    text = visit("ada").get("/").text
    assert "Deep Learning" in text
    assert "Tiny MLP" in text
    assert "20 / 20" in text
    assert "in the queue" in text
    assert re.search(r"in [89] days", text)


def test_home_of_somebody_without_a_course_says_what_to_do(visit: Visit) -> None:
    text = visit("nils").get("/").text
    assert "You are in no course yet" in text
    assert "nils@example.org" in text


def test_assignment_shows_what_is_tested_and_for_how_many_points(visit: Visit) -> None:
    text = visit("ada").get(ASSIGNMENT).text
    assert "Linear: backward" in text
    assert "grad_weight" in text
    assert "3 of 5 used" in text
    assert re.search(r"(?s)Attempt 2</a>.*?20 / 20.*?counts", text)


def test_handout_shows_formulas_as_mathml_and_raw_html_as_text(visit: Visit) -> None:
    text = visit("ada").get(ASSIGNMENT).text
    assert "<mfrac>" in text
    assert 'display="block"' in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert '<span class="k">def</span>' in text
    assert text.count("<h1") == 1


def test_starter_of_several_files_comes_as_a_zip(visit: Visit) -> None:
    answer = visit("ada").get(f"{ASSIGNMENT}/starter")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["mlp.py", "notes.txt"]


@pytest.mark.usefixtures("unlimited")
def test_accepted_upload_leads_to_the_receipt(visit: Visit) -> None:
    client = visit("ada")
    answer = upload(client, GOOD)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Receipt" in page
    assert "in the queue" in page
    assert re.search(r"SHA-256</dt><dd><code>[0-9a-f]{64}</code>", page)
    assert "Signature" in page


@pytest.mark.usefixtures("unlimited")
def test_same_form_sent_twice_is_one_submission(
    visit: Visit, database: Database
) -> None:
    client = visit("ada")
    found = KEY.search(client.get(ASSIGNMENT).text)
    assert found is not None
    before = count(database)
    first = upload(client, GOOD, key=found.group(1))
    second = upload(client, GOOD, key=found.group(1))
    assert first.location == second.location
    assert count(database) == before + 1


NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": "a",
                "metadata": {},
                "outputs": [],
                "source": "class Linear:\n    pass\n",
            }
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
).encode()


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize(
    "files",
    [
        {"anything.py": b"x = 1\n"},
        {"mlp.py": b"import parts\n", "parts.py": b"x = 1\n"},
        {"work.zip": zipped(GOOD)},
        {"work.ipynb": NOTEBOOK},
    ],
    ids=["one file", "several", "zip", "notebook"],
)
def test_each_kind_of_upload_is_accepted(visit: Visit, files: dict[str, bytes]) -> None:
    assert upload(visit("ada"), files).status_code == 303


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, ""),
        ({"mlp.py": b""}, ""),
        ({"mlp.txt": b"hello"}, ""),
        ({"mlp.py": b"caf\xe9 = 1\n"}, ""),
        ({"mlp.py": b"def f(:\n    pass\n"}, "line 1"),
        ({"mlp.py": b"x = '" + b"a" * seed.SMALL_BYTES + b"'"}, "MB"),
        ({"a.zip": zipped({"../mlp.py": b"x = 1"})}, ""),
        ({"a.zip": b"PK\x03\x04 this is no zip"}, ""),
        ({"a.ipynb": b"{}"}, ""),
    ],
    ids=[
        "nothing",
        "empty",
        "wrong type",
        "not UTF-8",
        "syntax",
        "too large",
        "zip slip",
        "no zip",
        "no notebook",
    ],
)
@pytest.mark.usefixtures("unlimited")
def test_what_cannot_be_read_is_refused_on_the_same_page_and_costs_nothing(
    visit: Visit, database: Database, files: dict[str, bytes], says: str
) -> None:
    before = count(database)
    answer = upload(visit("ada"), files)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Not accepted." in answer.text
    assert "This cost you no attempt." in answer.text
    assert says in answer.text
    assert "Tiny MLP" in answer.text
    assert count(database) == before


@pytest.mark.usefixtures("unlimited")
def test_syntax_error_shows_line_and_caret(visit: Visit) -> None:
    text = upload(visit("ada"), {"mlp.py": b"x = 1\ny = = 2\n"}).text
    shown = re.search(r'role="alert".*?<pre>(.*?)</pre>', text, re.DOTALL)
    assert shown is not None
    assert "y = = 2" in shown.group(1)
    assert "^" in shown.group(1)


@pytest.mark.usefixtures("unlimited")
def test_refused_upload_gets_a_new_key(visit: Visit) -> None:
    client = visit("ada")
    text = upload(client, {"mlp.py": b"def"}, key="used").text
    found = KEY.search(text)
    assert found is not None
    assert found.group(1) != "used"


@pytest.mark.usefixtures("unlimited")
def test_two_files_of_one_name_are_refused(visit: Visit) -> None:
    client = visit("ada")
    answer = client.post(
        ASSIGNMENT,
        data={
            "csrf_token": token_of(client),
            "files": [(io.BytesIO(b"x = 1"), "a.py"), (io.BytesIO(b"y = 1"), "a.py")],
        },
    )
    assert answer.status_code == 422
    assert "Two of your files are called a.py" in answer.text


def test_staff_can_hand_in_too(visit: Visit, unlimited: None) -> None:
    assert upload(visit("tess"), GOOD).status_code == 303


def test_after_the_deadline_the_form_is_gone_and_a_late_post_is_refused(
    visit: Visit, database: Database, world: World
) -> None:
    client = visit("ada")
    with database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.due_at = datetime.now(UTC) - timedelta(seconds=1)
    text = client.get(ASSIGNMENT).text
    assert "The last moment to hand in was" in text
    assert 'type="file"' not in text
    before = count(database)
    answer = upload(client, GOOD)
    assert answer.status_code == 422
    assert "deadline" in answer.text
    assert count(database) == before


def test_after_the_last_attempt_the_form_is_gone_and_a_post_is_refused(
    visit: Visit, database: Database, world: World
) -> None:
    with database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.due_at, row.max_attempts = None, 1
    client = visit("ada")
    assert "You have used all your attempts" in client.get(ASSIGNMENT).text
    answer = upload(client, GOOD)
    assert answer.status_code == 422
    assert "attempt" in answer.text


def test_body_beyond_the_limit_gets_a_page_that_says_so(
    app: Flask, visit: Visit
) -> None:
    client = visit("ada")
    answer = client.post(
        ASSIGNMENT,
        data={"files": (io.BytesIO(b"x" * (seed.SMALL_BYTES + (270 << 10))), "mlp.py")},
    )
    assert answer.status_code == 413
    assert "This upload is too large" in answer.text
    assert "A submission may have 195.3 KB." in answer.text
    assert "No attempt was used" in answer.text


def test_student_name_is_text_everywhere(visit: Visit) -> None:
    text = visit("ben").get("/").text
    assert "Ben &lt;b&gt;Bold&lt;/b&gt;" in text
    assert seed.PEOPLE["ben"][0] not in text
