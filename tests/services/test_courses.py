"""Courses and the list that a person sees."""

from datetime import timedelta

import pytest

from grader.errors import NotFoundError, RefusedError
from grader.models import CourseRole, RunStatus, User
from grader.services import assignments, courses
from grader.services.courses import CourseCard
from tests.services.world import NOW, World


def cards(world: World, user_id: int) -> list[CourseCard]:
    with world.database.read() as session:
        return courses.courses_of(session, user_id)


def test_a_student_sees_the_best_own_score_and_the_last_status(world: World) -> None:
    for score in (5.0, 4.0):
        world.submit()
        world.grade(score)
    world.submit()
    (course,) = cards(world, world.student)
    (assignment,) = course.assignments
    assert course.role is CourseRole.STUDENT
    assert assignment.score == 5.0
    assert assignment.last_status is RunStatus.QUEUED
    assert assignment.max_score == 6.0
    (theirs,) = cards(world, world.other)[0].assignments
    assert (theirs.score, theirs.last_status) == (None, None)


def test_a_person_sees_only_their_courses_and_an_administrator_all(
    world: World,
) -> None:
    with world.database.write() as session:
        courses.create(session, slug="db", title="Databases")
    assert [card.slug for card in cards(world, world.ta)] == ["bp"]
    assert cards(world, world.outsider) == []
    with world.database.write() as session:
        session.get_one(User, world.outsider).is_admin = True
    seen = cards(world, world.outsider)
    assert [(c.slug, c.role) for c in seen] == [
        ("bp", CourseRole.INSTRUCTOR),
        ("db", CourseRole.INSTRUCTOR),
    ]


def test_a_due_date_is_shown(world: World) -> None:
    due = NOW + timedelta(days=3)
    with world.database.write() as session:
        assignments.update_settings(session, world.assignment_id, due_at=due)
    assert cards(world, world.student)[0].assignments[0].due_at == due


@pytest.mark.parametrize(
    ("slug", "timezone", "code"),
    [
        ("Not a slug", "UTC", "bad-slug"),
        ("new", "Europe/Nowhere", "bad-timezone"),
        ("new", "../../etc", "bad-timezone"),
        ("bp", "UTC", "course-exists"),
    ],
)
def test_an_unfit_course_is_refused(
    world: World, slug: str, timezone: str, code: str
) -> None:
    with world.database.write() as session, pytest.raises(RefusedError) as refused:
        courses.create(session, slug=slug, title="X", timezone=timezone)
    assert refused.value.code == code


def test_a_course_is_found_by_its_short_name(world: World) -> None:
    with world.database.read() as session:
        assert courses.by_slug(session, "bp").id == world.course_id
        with pytest.raises(NotFoundError):
            courses.by_slug(session, "none")
