"""What a class gets right and wrong."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from grader.errors import NotFoundError
from grader.report import Diagnosis
from grader.services import analytics, runs
from tests.services.statements import statements
from tests.services.world import NOW, World, report

VIENNA = ZoneInfo("Europe/Vienna")
MISTAKE = Diagnosis("M14", "The axis is another one", "Look at the axis.")


def seen(world: World, viewer: int | None = None) -> analytics.Analytics:
    with world.database.read() as session:
        return analytics.analytics(
            session, world.assignment_id, viewer or world.ta, VIENNA
        )


def graded(world: World, score: float, user_id: int, days: int = 0) -> None:
    """Hand in and grade; what is not right looks like a mistake."""
    world.submit(user_id, at=NOW + timedelta(days=days))
    job, made = world.must_claim(), report(score)
    if score < made.max_score:
        *right, wrong = made.results
        made = replace(made, results=(*right, replace(wrong, diagnosis=MISTAKE)))
    with world.database.write() as session:
        runs.finish(session, job, made)


def test_pass_rates_are_of_the_submissions_that_count(world: World) -> None:
    graded(world, 4.0, world.student)
    graded(world, 6.0, world.student)
    graded(world, 5.0, world.other)
    rates = {one.id: (one.passed, one.of, one.mean) for one in seen(world).checks}
    assert rates == {
        "interface": (2, 2, 1.0),
        "relu-forward": (2, 2, 2.0),
        "relu-backward": (1, 2, 2.5),
    }


def test_mistakes_are_counted_by_student_and_week(world: World) -> None:
    for user_id, days in ((world.student, 0), (world.student, 0), (world.other, 7)):
        graded(world, 4.0, user_id, days)
    found = seen(world)
    (one,) = found.mistakes
    assert (one.title, one.students, one.checks) == (
        "The axis is another one",
        2,
        ("relu-backward",),
    )
    # The first of March 2026 is a Sunday.
    assert (found.weeks, one.by_week) == (("2026-02-23", "2026-03-02"), (1, 1))


def test_attempts_to_success_and_who_never_had_all_points(world: World) -> None:
    for score in (4.0, 6.0, 6.0):
        graded(world, score, world.student)
    graded(world, 5.0, world.other)
    found = seen(world)
    assert (found.to_success[:3], found.never) == ((0, 1, 0), 1)


def test_hours_are_those_of_the_course(world: World) -> None:
    graded(world, 4.0, world.student)
    assert seen(world).hours[13] == 1


def test_a_class_of_any_size_takes_the_same_statements(world: World) -> None:
    graded(world, 4.0, world.student)
    few = statements(world.database, lambda: seen(world))
    graded(world, 5.0, world.other)
    assert statements(world.database, lambda: seen(world)) == few


def test_students_and_strangers_see_nothing(world: World) -> None:
    for viewer in (world.student, world.outsider):
        with pytest.raises(NotFoundError):
            seen(world, viewer)
