"""Row 13: only the moment counts at which the request began, by our own clock."""

import io
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from grader.db import Database
from grader.models import Assignment, Attempts, Submission
from grader.web import request_ids
from tests.security.furnished import Furnished
from tests.web.conftest import ASSIGNMENT, token_of

Visit = Callable[[str], FlaskClient]
VIENNA = ZoneInfo("Europe/Vienna")
SECOND = timedelta(seconds=1)
DATES = (
    datetime(2027, 1, 20, 23, 59, tzinfo=VIENNA),
    # The night without a second hour, and the one with two of them.
    datetime(2027, 3, 28, 3, 0, tzinfo=VIENNA),
    datetime(2027, 10, 31, 2, 30, tzinfo=VIENNA, fold=1),
)
FORGED = {
    "Date": "Mon, 01 Jan 2001 00:00:00 GMT",
    "X-Forwarded-For": "127.0.0.1",
    "X-Request-Start": "t=1",
    "Forwarded": "for=127.0.0.1;proto=https",
    "X-Forwarded-Proto": "https",
    "If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT",
}
CLAIMED = {"received_at": "2001-01-01T00:00:00Z", "time": "0", "submitted_at": "0"}


class Clock:
    """The moment that the web process takes for now."""

    moment = datetime(2027, 1, 1, tzinfo=UTC)

    @classmethod
    def now(cls, _zone: Any = None) -> datetime:
        return cls.moment


class SlowBody(io.BytesIO):
    """A body whose last byte comes a minute after its first."""

    def readinto(self, buffer: Any) -> int:
        Clock.moment += timedelta(minutes=1)
        return super().readinto(buffer)


@pytest.fixture
def student(
    visit: Visit,
    database: Database,
    objects: Furnished,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[FlaskClient, str]:
    monkeypatch.setattr(request_ids, "datetime", Clock)
    with database.write() as session:
        session.execute(update(Assignment).values(max_attempts=None))
    client = visit("ben")
    return client, token_of(client)


def due(database: Database, moment: datetime) -> None:
    with database.write() as session:
        session.execute(update(Assignment).values(due_at=moment.astimezone(UTC)))


def received(database: Database, location: str) -> datetime:
    """Return when the submission was handed in that an answer leads to."""
    found = re.search(r"/submissions/([0-9a-f-]{36})", location)
    assert found is not None
    with database.read() as session:
        return session.get_one(Submission, uuid.UUID(found.group(1))).received_at


@pytest.mark.parametrize("date", DATES, ids=["winter", "spring", "autumn"])
def test_a_second_after_the_date_is_late_whatever_the_browser_claims(
    student: tuple[FlaskClient, str], database: Database, date: datetime
) -> None:
    client, token = student
    due(database, date)
    answers = []
    for shift in (-SECOND, timedelta(0), SECOND):
        Clock.moment = date.astimezone(UTC) + shift
        answer = client.post(
            ASSIGNMENT,
            data={"csrf_token": token, "pasted": "x = 1", **CLAIMED},
            headers=FORGED,
        )
        answers.append(answer.status_code)
    assert answers == [303, 303, 422]


def test_a_body_that_comes_slowly_counts_from_the_beginning_of_its_request(
    student: tuple[FlaskClient, str], database: Database
) -> None:
    client, token = student
    due(database, DATES[0])
    began = Clock.moment = DATES[0].astimezone(UTC) - SECOND
    body = f"csrf_token={token}&pasted=x".encode()
    answer = client.post(
        ASSIGNMENT,
        input_stream=SlowBody(body),
        content_length=len(body),
        content_type="application/x-www-form-urlencoded",
    )
    assert Clock.moment > DATES[0]
    assert answer.status_code == 303
    assert received(database, answer.headers["Location"]) == began


def test_a_request_that_is_sent_again_keeps_its_first_moment_and_costs_nothing(
    student: tuple[FlaskClient, str], database: Database, objects: Furnished
) -> None:
    client, token = student
    person = objects.world.people["ben"]
    due(database, DATES[0])
    began = Clock.moment = DATES[0].astimezone(UTC) - SECOND
    data = {"csrf_token": token, "pasted": "x = 2", "idempotency_key": "again"}
    first = client.post(ASSIGNMENT, data=data)
    with database.read() as session:
        used = session.get_one(Attempts, (objects.world.assignment_id, person)).used
    Clock.moment = DATES[0].astimezone(UTC) + timedelta(hours=1)
    second = client.post(ASSIGNMENT, data=data)
    with database.read() as session:
        after = session.get_one(Attempts, (objects.world.assignment_id, person)).used
    assert second.headers["Location"] == first.headers["Location"]
    assert received(database, second.headers["Location"]) == began
    assert after == used
