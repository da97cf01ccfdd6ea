"""Until a check is shown, nothing that a student gets tells of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from grader.assignments import load_files
from grader.db import database_now
from grader.models import Assignment, Extension, Override
from grader.services import assignments, attempts, courses, reports, runs
from grader.services.reports import ReportView
from grader.services.visibility import EVERYTHING, Sight, badge
from tests.services.world import CHECKS, NOW, SPEC, World, report

SECRET = "relu-backward"
BEFORE, DUE, PUBLISHED = (
    Sight(),
    Sight(is_due=True),
    Sight(is_published=True),
)


@pytest.mark.parametrize(
    ("level", "seen_by"),
    [
        ("visible", (BEFORE, DUE, PUBLISHED)),
        ("after_due_date", (DUE,)),
        ("after_published", (PUBLISHED,)),
        ("hidden", ()),
        ("a level of the future", ()),
    ],
)
def test_each_level_is_shown_from_its_moment_on(
    level: str, seen_by: tuple[Sight, ...]
) -> None:
    assert [s for s in (BEFORE, DUE, PUBLISHED) if s.shows(level)] == list(seen_by)
    assert EVERYTHING.shows(level)


def test_snapshots_from_before_hidden_checks_are_wholly_visible() -> None:
    old = [{"id": "a", "max_points": 2.0}]
    assert BEFORE.is_whole(old)
    assert BEFORE.max_score(old) == 2.0


def hide(world: World, level: str = "hidden") -> None:
    """Publish the assignment again with its last check at a level."""
    spec = SPEC + f'visibility = "{level}"\n'.encode()
    hidden = load_files({"assignment.toml": spec, "handout.md": b"# Tiny\n"})
    with world.database.write() as session:
        assignments.publish(
            session, world.store, course_id=world.course_id, assignment=hidden, now=NOW
        )


def graded(world: World, score: float = 5.0, *, log_check: str = "interface") -> str:
    receipt = world.submit()
    job = world.must_claim()
    with world.database.write() as session:
        outcome = replace(report(score), seed=job.seed, log_check=log_check)
        runs.finish(session, job, outcome)
    return receipt.submission_id


def seen(world: World, submission: str, viewer: int | None = None) -> ReportView:
    with world.database.read() as session:
        return reports.for_viewer(
            session, submission_id=submission, viewer_id=viewer or world.student
        )


def change(world: World, **values: object) -> None:
    with world.database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        for name, value in values.items():
            setattr(row, name, value)


def now_of(session: Session, days: float) -> datetime:
    return database_now(session) + timedelta(days=days)


def test_student_sees_the_visible_part_and_staff_see_all(world: World) -> None:
    hide(world)
    submission = graded(world)
    student, staff = seen(world, submission), seen(world, submission, world.ta)
    assert SECRET not in repr(student)
    assert (student.score, student.max_score, student.total) == (3.0, 3.0, 2)
    assert student.is_partial
    assert student.worth is None
    assert (staff.score, staff.max_score, staff.total) == (5.0, 6.0, 3)
    assert [check.hidden for check in staff.checks] == ["", "", badge("hidden")]
    assert student.checks[0].hidden == ""


def test_running_check_and_progress_count_the_visible_ones_only(world: World) -> None:
    hide(world)
    submission = world.submit().submission_id
    job = world.must_claim()
    results = report().results
    with world.database.write() as session:
        outlines = assignments.load(session, world.store, job.snapshot_id).check_list
        for at in range(2):
            runs.record(session, job, at + 1, 3, outlines[at], [results[at]])
    student, staff = seen(world, submission), seen(world, submission, world.ta)
    assert (student.current_index, student.current_title, student.total) == (0, "", 2)
    assert (staff.current_index, staff.total) == (3, 3)


def test_what_a_hidden_check_let_the_code_print_is_not_shown(world: World) -> None:
    hide(world)
    told, silent = graded(world), graded(world, log_check=SECRET)
    assert seen(world, told).log == "printed"
    assert seen(world, silent).log == ""
    assert seen(world, silent, world.ta).log == "printed"


def test_published_scores_open_what_waits_for_them(world: World) -> None:
    hide(world, "after_published")
    submission = graded(world)
    assert seen(world, submission).is_partial
    change(world, scores_published_at=NOW)
    student = seen(world, submission)
    assert [check.id for check in student.checks] == list(CHECKS)
    assert (student.score, student.is_partial) == (5.0, False)


def test_what_waits_for_the_due_date_waits_for_the_students_own(world: World) -> None:
    hide(world, "after_due_date")
    submission = graded(world)
    assert seen(world, submission).is_partial, "without a date it never opens"
    with world.database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.due_at = now_of(session, days=-1)
    assert not seen(world, submission).is_partial
    with world.database.write() as session:
        later = Extension(
            assignment_id=world.assignment_id,
            user_id=world.student,
            due_at=now_of(session, days=1),
            granted_by=world.instructor,
            granted_at=NOW,
        )
        session.add(later)
    assert seen(world, submission).is_partial


def test_who_may_still_hand_in_late_does_not_see_what_is_tested(world: World) -> None:
    hide(world, "after_due_date")
    submission = graded(world)
    with world.database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.due_at = now_of(session, days=-1)
        row.late_policy = {"percent_per_day": 10.0}
    assert seen(world, submission).is_partial


def test_which_of_partly_hidden_attempts_is_best_is_not_told(world: World) -> None:
    hide(world)
    graded(world, 6.0)
    graded(world, 4.0)
    with world.database.read() as session:
        row = session.get_one(Assignment, world.assignment_id)
        found = attempts.history(session, row, world.student, BEFORE)
        whole = attempts.history(session, row, world.student, EVERYTHING)
    assert [(r.score, r.max_score, r.counts) for r in found.rows] == [
        (3.0, 3.0, False),
        (3.0, 3.0, False),
    ]
    assert "when everything has been tested" in found.reason
    assert [(r.score, r.counts) for r in whole.rows] == [(4.0, False), (6.0, True)]


def test_home_shows_the_visible_part_with_overrides_of_shown_checks(
    world: World,
) -> None:
    hide(world)
    submission = graded(world)
    with world.database.write() as session:
        for check, points in (("relu-forward", 1.5), (SECRET, 3.0)):
            session.add(
                Override(
                    submission_id=world.run(world_run(world, submission)).submission_id,
                    check=check,
                    points=points,
                    graded_points=2.0,
                    reason="looked again",
                    author_id=world.ta,
                    created_at=NOW,
                )
            )
    with world.database.read() as session:
        (course,) = courses.courses_of(session, world.student)
        (staff,) = courses.courses_of(session, world.ta)
    (card,) = course.assignments
    assert (card.score, card.last_score, card.max_score) == (2.5, 2.5, 3.0)
    assert card.is_partial
    assert staff.assignments[0].max_score == 6.0


def world_run(world: World, submission: str) -> str:
    return seen(world, submission, world.ta).run_id


def test_what_is_not_open_yet_is_listed_for_staff_only(world: World) -> None:
    with world.database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.opens_at = now_of(session, days=1)
    with world.database.read() as session:
        (student,) = courses.courses_of(session, world.student)
        (staff,) = courses.courses_of(session, world.ta)
    assert student.assignments == []
    assert len(staff.assignments) == 1
