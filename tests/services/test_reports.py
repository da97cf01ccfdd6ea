"""What each reader sees of a submission, and who sees nothing."""

from dataclasses import replace

import pytest

from grader.errors import NotFoundError
from grader.models import CourseRole, RunStatus, User
from grader.report import ReportStatus
from grader.services import accounts, courses, reports, runs
from grader.services.reports import CheckState, ReportView
from tests.services.world import CHECKS, World, report, result, tiny


def view(world: World, submission_id: str, viewer: int | None = None) -> ReportView:
    with world.database.read() as session:
        return reports.for_viewer(
            session, submission_id=submission_id, viewer_id=viewer or world.student
        )


def record(world: World, index: int, job: runs.GradeJob) -> None:
    outline = tiny().check_list[index - 1]
    with world.database.write() as session:
        runs.record(session, job, index, 3, outline, [result(outline.id, 1.0, 2.0)])


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("student", True),
        ("other", False),
        ("ta", True),
        ("instructor", True),
        ("outsider", False),
    ],
)
def test_a_submission_is_seen_by_its_student_and_the_staff_only(
    world: World, who: str, sees: bool
) -> None:
    submission = world.submit().submission_id
    if sees:
        assert view(world, submission, getattr(world, who)).number == 1
    else:
        with pytest.raises(NotFoundError):
            view(world, submission, getattr(world, who))


def test_staff_of_another_course_see_nothing(world: World) -> None:
    submission = world.submit().submission_id
    with world.database.write() as session:
        course = courses.create(session, slug="db", title="Databases")
        accounts.enrol(
            session,
            course_id=course,
            user_id=world.outsider,
            role=CourseRole.INSTRUCTOR,
        )
    with pytest.raises(NotFoundError):
        view(world, submission, world.outsider)


def test_an_administrator_sees_every_submission(world: World) -> None:
    submission = world.submit().submission_id
    with world.database.write() as session:
        session.get_one(User, world.outsider).is_admin = True
    assert view(world, submission, world.outsider).my_role is CourseRole.INSTRUCTOR


@pytest.mark.parametrize(
    "unknown", ["", "7", "no-such-thing", "00000000-0000-4000-8000-000000000000"]
)
def test_what_does_not_exist_is_not_found(world: World, unknown: str) -> None:
    with pytest.raises(NotFoundError):
        view(world, unknown)


def test_a_waiting_submission_shows_its_place_and_what_will_be_checked(
    world: World,
) -> None:
    seen = view(world, world.submit().submission_id)
    assert (seen.status, seen.queue_place) == (RunStatus.QUEUED, 1)
    assert [check.id for check in seen.checks] == list(CHECKS)
    assert {check.state for check in seen.checks} == {CheckState.WAITING}
    assert {check.points for check in seen.checks} == {None}
    assert (seen.score, seen.max_score, seen.current_index) == (None, 6.0, 0)


def test_a_running_submission_shows_check_2_of_3_and_the_results_so_far(
    world: World,
) -> None:
    submission = world.submit().submission_id
    record(world, 1, world.must_claim())
    seen = view(world, submission)
    assert [check.state.value for check in seen.checks] == [
        "done",
        "running",
        "waiting",
    ]
    assert (seen.current_index, seen.total) == (2, 3)
    assert seen.current_title == seen.checks[1].title
    assert seen.checks[0].points == 1.0
    assert seen.queue_place is None


def test_after_the_last_check_nothing_is_running(world: World) -> None:
    submission = world.submit().submission_id
    job = world.must_claim()
    for index in (1, 2, 3):
        record(world, index, job)
    assert view(world, submission).current_index == 0


def test_a_graded_submission_shows_score_results_notices_and_log(world: World) -> None:
    submission = world.submit().submission_id
    world.grade(5.0)
    seen = view(world, submission)
    assert (seen.status, seen.score, seen.max_score) == (RunStatus.GRADED, 5.0, 6.0)
    assert [check.points for check in seen.checks] == [1.0, 2.0, 2.0]
    assert seen.checks[2].results == [result("relu-backward", 2.0, 3.0)]
    assert seen.notices == ["mine.py was loaded as tiny.py."]
    assert (seen.log, seen.files) == ("printed", ["tiny.py"])


def test_what_grading_noticed_comes_after_what_intake_did(world: World) -> None:
    submission = world.submit().submission_id
    job = world.must_claim()
    said = ("mine.py was loaded as tiny.py.", "tqdm is not installed.")
    with world.database.write() as session:
        runs.finish(session, job, replace(report(), notices=said))
    assert view(world, submission).notices == list(said)


def test_seed_tier_and_our_own_problems_are_for_staff(world: World) -> None:
    submission = world.submit().submission_id
    world.grade()
    student, staff = view(world, submission), view(world, submission, world.ta)
    assert (student.seed, student.jail_tier, student.worker) == (None, "", "")
    assert (staff.jail_tier, staff.worker) == ("T0", "w1")
    assert (dict(student.versions), student.spec_digest) == ({}, "")
    assert "grader" in staff.versions
    assert len(staff.spec_digest) == 64
    assert staff.seed == world.run(staff.run_id).seed


def test_a_run_that_needs_attention_tells_the_student_that_it_cost_nothing(
    world: World,
) -> None:
    submission = world.submit().submission_id
    job = world.must_claim()
    with world.database.write() as session:
        runs.finish(session, job, report(3.0, ReportStatus.NEEDS_ATTENTION))
    seen = view(world, submission)
    assert seen.status is RunStatus.NEEDS_ATTENTION
    assert (seen.score, seen.attempt_refunded, seen.problem) == (None, True, "")


def test_results_of_a_check_with_several_quantities_are_grouped(world: World) -> None:
    submission = world.submit().submission_id
    job = world.must_claim()
    first, *rest = report().results
    two = (first, replace(first, quantity="grad_x", points=0.5), *rest)
    with world.database.write() as session:
        runs.finish(session, job, replace(report(), results=two))
    seen = view(world, submission)
    assert [len(check.results) for check in seen.checks] == [2, 1, 1]
    assert seen.checks[0].points == 1.5
