"""Row 10: no cell of a table that we send is a formula."""

import csv
import io
from collections.abc import Callable, Iterator

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grader.db import Database
from grader.models import Assignment, CourseRole, Enrolment, User
from grader.services import accounts, audit, comments
from tests.security.furnished import Furnished
from tests.security.payloads import FORMULAS
from tests.web import seed
from tests.web.conftest import ASSIGNMENT, token_of

Visit = Callable[[str], FlaskClient]
COURSE = f"/courses/{seed.COURSE}"
# What a spreadsheet skips, or takes for the same sign, before it looks.
_SKIPPED = " '\"\u00a0\u3000\ufeff\n"
_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plant(database: Database, objects: Furnished) -> None:
    """Give every formula to a name, a number, a section, a comment and a reason."""
    with database.write() as session:
        course = session.scalars(select(Assignment.course_id)).first()
        assert course is not None
        for number, formula in enumerate(FORMULAS):
            user = User(email=f"{formula}@{number}.example.org", name=formula)
            session.add(user)
            session.flush()
            accounts.enrol(
                session, course_id=course, user_id=user.id, role=CourseRole.STUDENT
            )
            row = session.scalars(select(Enrolment).filter_by(user_id=user.id)).one()
            row.section = row.student_number = formula
            audit.add(session, "regraded", actor_id=user.id, reason=formula)
            comments.add(
                session,
                objects.ours["submission"],
                objects.world.people["tess"],
                text=formula,
            )
        for one in session.scalars(select(Assignment)):
            one.title = FORMULAS[0]


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def formulas(text: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")):
        for cell in row:
            # An apostrophe in front tells a spreadsheet that it is text.
            bare = cell.lstrip(_SKIPPED.replace("'", ""))
            if bare.startswith(_SIGNS) and not is_number(cell):
                yield cell


def test_a_plain_table_of_these_would_be_full_of_formulas() -> None:
    text = io.StringIO()
    csv.writer(text).writerows([one] for one in FORMULAS)
    found = [*formulas(text.getvalue())]
    assert len(found) >= 40


def test_every_table_that_can_be_saved_has_no_formula(
    app: Flask, objects: Furnished, visit: Visit, database: Database
) -> None:
    plant(database, objects)
    client = visit("ivo")
    token = token_of(client)
    uploads = {
        "canvas": "Student,ID,SIS User ID,SIS Login ID,Section\n",
        "moodle": "Identifier,Full name,Email address,Grade\n",
    }
    texts = [
        client.get(address).text
        for address in (
            f"{COURSE}/gradebook/scores.csv",
            f"{COURSE}/gradebook/gradescope.csv",
            f"{COURSE}/gradebook/gradescope.csv?assignment={seed.SLUG}",
            f"{ASSIGNMENT}/scores.csv",
            f"{COURSE}/audit.csv",
        )
    ]
    for kind, heading in uploads.items():
        table = io.StringIO()
        wide = len(heading.split(","))
        csv.writer(table).writerows(
            [one, f"{one}@{number}.example.org", one, one, one][:wide]
            for number, one in enumerate(FORMULAS)
        )
        content = (heading + table.getvalue()).encode()
        answer = client.post(
            f"{COURSE}/gradebook/{kind}",
            data={
                "csrf_token": token,
                "assignment": seed.SLUG,
                "table": (io.BytesIO(content), "table.csv"),
            },
        )
        if answer.mimetype == "text/csv":
            texts.append(answer.text)
    listed = io.StringIO()
    csv.writer(listed).writerows([one, one, one] for one in FORMULAS)
    answer = client.post(
        f"{COURSE}/roster/table/passwords",
        data={"csrf_token": token, "listed": listed.getvalue()},
    )
    texts.append(answer.text)
    assert [one for text in texts for one in formulas(text)] == []
    assert all("HYPERLINK" in text for text in texts)
    assert len(texts) >= 7
    assert len(FORMULAS) >= 40
