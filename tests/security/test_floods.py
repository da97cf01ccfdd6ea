"""Row 20: somebody who sends very much waits longer, and nobody else does."""

from collections.abc import Iterator

import pytest

from grader.config import Settings
from grader.db import Database
from grader.models import CourseRole, User
from grader.services import accounts
from grader.storage import BlobStore
from tests.services.world import World, make_world

FLOOD = 120
OTHERS = 12


@pytest.fixture
def flooded(settings: Settings, store: BlobStore) -> Iterator[World]:
    database = Database(settings.database_url)
    yield make_world(database, store)
    database.dispose()


def students(world: World, count: int) -> list[int]:
    found = []
    with world.database.write() as session:
        for number in range(count):
            user = User(email=f"s{number}@example.org", name=f"S {number}")
            session.add(user)
            session.flush()
            accounts.enrol(
                session,
                course_id=world.course_id,
                user_id=user.id,
                role=CourseRole.STUDENT,
            )
            found.append(user.id)
    return found


def test_a_flood_of_one_student_is_behind_everybody_who_comes_after_it(
    flooded: World,
) -> None:
    # With a limit each attempt is graded; without one only the newest would wait.
    flooded.limit_attempts(FLOOD)
    for _ in range(FLOOD):
        flooded.submit()
    others = {
        flooded.submit(person).submission_id for person in students(flooded, OTHERS)
    }
    order = [str(flooded.grade().submission_id) for _ in range(OTHERS + 2)]
    assert others <= set(order)


def test_without_a_limit_a_flood_is_one_submission_that_waits(flooded: World) -> None:
    for _ in range(30):
        flooded.submit()
    newest = flooded.submit()
    assert str(flooded.must_claim().submission_id) == newest.submission_id
    assert flooded.claim() is None
