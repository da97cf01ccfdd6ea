"""More time for some: whom, what it does to the score, and taking it away."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.models import Assignment, Enrolment, Standing
from grader.services import extensions
from tests.services.world import NOW, World

DAY = timedelta(days=1)


def grant(world: World, actor: int | None = None, **values: Any) -> int:
    wanted: dict[str, Any] = {
        "lines": ["student@example.org"],
        "due_at": NOW + DAY,
        "extra_attempts": 0,
        "reason": "ill",
        **values,
    }
    with world.database.write() as session:
        return extensions.grant(
            session, world.assignment_id, actor_id=actor or world.instructor, **wanted
        )


def due(world: World, moment: datetime) -> None:
    with world.database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.due_at, row.late_policy = moment, {"percent_per_day": 50}


def final(world: World) -> float | None:
    with world.database.read() as session:
        return session.scalars(select(Standing.final)).one()


def test_a_granted_date_gives_lost_points_back_and_taking_it_away_takes_them(
    world: World,
) -> None:
    due(world, NOW)
    world.submit(at=NOW + DAY)
    world.grade(6.0)
    scores = [final(world)]
    grant(world)
    scores.append(final(world))
    with world.database.write() as session:
        extensions.remove(
            session, world.assignment_id, world.student, actor_id=world.instructor
        )
    scores.append(final(world))
    with world.database.write() as session:
        (gone,) = extensions.removed(session, world.assignment_id)
        extensions.put_back(
            session, world.assignment_id, gone.user_id, actor_id=world.instructor
        )
    scores.append(final(world))
    assert scores == [3.0, 6.0, 3.0, 6.0]


def test_students_are_named_by_address_number_name_or_section(world: World) -> None:
    with world.database.write() as session:
        enrolment = session.get_one(Enrolment, (world.course_id, world.other))
        enrolment.section, enrolment.student_number = "B", "s-17"
    assert grant(world, lines=["STUDENT", " S-17 ", ""]) == 2
    assert grant(world, lines=[], section="B") == 1
    with world.database.read() as session:
        rows = extensions.granted(session, world.assignment_id)
    assert [(row.name, row.own_due_at) for row in rows] == [
        ("Other", NOW + DAY),
        ("Student", NOW + DAY),
    ]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"lines": ["nobody@example.org", "student"]}, "unknown-student"),
        ({"lines": ["ta@example.org"]}, "unknown-student"),
        ({"lines": []}, "nobody-meant"),
        ({"due_at": None}, "nothing-granted"),
        ({"due_at": NOW - DAY}, "earlier-date"),
        ({"extra_attempts": -1}, "out-of-bounds"),
    ],
)
def test_what_cannot_be_granted_is_refused_and_nothing_is_kept(
    world: World, values: dict[str, Any], code: str
) -> None:
    due(world, NOW)
    with pytest.raises(RefusedError) as refused:
        grant(world, **values)
    assert refused.value.code == code
    with world.database.read() as session:
        assert extensions.granted(session, world.assignment_id) == []


def test_only_instructors_grant_and_remove(world: World) -> None:
    with pytest.raises(ForbiddenError):
        grant(world, world.ta)
    with world.database.write() as session, pytest.raises(NotFoundError):
        extensions.remove(
            session, world.assignment_id, world.student, actor_id=world.outsider
        )
