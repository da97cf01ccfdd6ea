"""Submissions grouped by what is wrong with them."""

import pytest
from sqlalchemy import event

from grader.errors import ForbiddenError, NotFoundError
from grader.models import CourseRole
from grader.services import accounts, comments, feedback, mistakes, reports
from grader.services.mistakes import Among, Overview
from tests.services.reviewing import BIAS, graded, hide, mistaken
from tests.services.world import World

FAULT = {"file": "tiny.py", "line": 7, "source": "return grad_out"}


def overview(world: World, among: Among = Among.COUNTING) -> Overview:
    with world.database.read() as session:
        return mistakes.overview(session, world.assignment_id, world.ta, among)


def test_students_with_one_mistake_are_counted_once_however_often_they_made_it(
    world: World,
) -> None:
    for user in (world.student, world.student, world.other):
        mistaken(world, user)
    found = overview(world)
    (known,) = found.mistakes
    (check,) = found.checks
    assert (known.mistake, known.title, known.students) == ("M02", BIAS.title, 2)
    assert (check.title, check.students, found.students) == ("ReLU: backward", 2, 2)


def test_the_latest_attempt_can_say_something_else_than_the_one_that_counts(
    world: World,
) -> None:
    graded(world, 6.0)
    mistaken(world, world.student)
    assert overview(world).mistakes == []
    assert [g.students for g in overview(world, Among.LATEST).mistakes] == [1]


def test_staff_who_hand_in_to_try_it_out_are_no_students(world: World) -> None:
    with world.database.write() as session:
        accounts.enrol(
            session,
            course_id=world.course_id,
            user_id=world.ta,
            role=CourseRole.STUDENT,
        )
    mistaken(world, world.ta)
    with world.database.write() as session:
        accounts.enrol(
            session, course_id=world.course_id, user_id=world.ta, role=CourseRole.TA
        )
    assert (overview(world).students, overview(world).checks) == (0, [])


def test_a_group_lists_its_members_with_quantities_and_the_line_that_is_known(
    world: World,
) -> None:
    first = mistaken(world, world.student, fault=FAULT)
    mistaken(world, world.other)
    (listed,) = overview(world, Among.LATEST).mistakes
    with world.database.read() as session:
        found = mistakes.group(
            session, world.assignment_id, world.ta, Among.COUNTING, listed.key
        )
    assert found.quantities() == [("grad_x", "failed", 2)]
    assert found.sample is not None
    assert (found.sample.line, found.sample.source) == (7, "return grad_out")
    assert [one.students for one in found.members] == [("Other",), ("Student",)]
    assert found.members[1].submission_id == first


def test_what_is_written_to_a_group_about_a_hidden_check_waits_with_it(
    world: World,
) -> None:
    submission = mistaken(world, world.student)
    hide(world, "relu-backward")
    (known,) = overview(world).mistakes
    targets = {one.submission_id: one.checks[0] for one in known.members}
    with world.database.write() as session:
        comments.add_to_many(
            session, world.assignment_id, targets, world.ta, text="Sum!"
        )
        view = reports.for_viewer(
            session, submission_id=submission, viewer_id=world.student
        )
        seen = feedback.of_report(session, view, world.student)
    assert targets == {submission: "relu-backward"}
    assert seen.comments == []


def test_the_number_of_questions_does_not_grow_with_the_class(world: World) -> None:
    asked: list[str] = []

    def count(*call: object) -> None:
        asked.append(str(call[2]))

    event.listen(world.database.engine, "before_cursor_execute", count)
    mistaken(world, world.student)
    asked.clear()
    overview(world)
    for_one = len(asked)
    mistaken(world, world.other)
    asked.clear()
    overview(world)
    event.remove(world.database.engine, "before_cursor_execute", count)
    assert len(asked) == for_one


def test_only_the_staff_see_groups_and_only_those_that_are_there(
    world: World,
) -> None:
    with world.database.read() as session:
        with pytest.raises(ForbiddenError):
            mistakes.overview(
                session, world.assignment_id, world.student, Among.COUNTING
            )
        with pytest.raises(NotFoundError):
            mistakes.group(
                session, world.assignment_id, world.ta, Among.COUNTING, "0" * 16
            )
