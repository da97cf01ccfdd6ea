"""Who looks at what, and what waits in the inbox."""

import pytest

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.services import inbox, reviews, runs
from tests.services.reviewing import graded
from tests.services.world import World


def test_next_leads_through_what_nobody_has_reviewed_or_taken(world: World) -> None:
    first, second = sorted([graded(world), graded(world, user_id=world.other)])
    with world.database.write() as session:
        before = reviews.state(session, first, world.ta)
        reviews.finish(session, second, world.ta, done=True)
        after = reviews.state(session, first, world.ta)
        begin = reviews.first_to_review(session, world.assignment_id, world.ta)
    assert (before.next_id, before.previous_id) == (str(second), str(second))
    assert (before.reviewed, before.total) == (0, 2)
    assert (after.reviewed, after.next_id, begin) == (1, None, str(first))


def test_only_the_attempt_that_counts_is_to_be_reviewed(world: World) -> None:
    worse, better = graded(world, 3.0), graded(world, 5.0)
    with world.database.read() as session:
        state = reviews.state(session, worse, world.ta)
    assert (state.total, state.next_id) == (1, str(better))


def test_what_is_with_somebody_else_is_passed_over_and_waits_in_their_inbox(
    world: World,
) -> None:
    submission = graded(world)
    with world.database.write() as session:
        reviews.assign(session, submission, world.ta, world.instructor)
        assert reviews.first_to_review(session, world.assignment_id, world.ta) is None
        mine = inbox.of(session, world.course_id, world.instructor)
        theirs = inbox.of(session, world.course_id, world.ta)
        reviews.finish(session, submission, world.instructor, done=True)
        done = inbox.of(session, world.course_id, world.instructor)
    assert [line.submission_id for line in mine.reviews] == [str(submission)]
    assert theirs.is_empty
    assert done.is_empty
    assert world.audit().count("review_done") == 1


def test_work_is_given_to_the_staff_alone_and_by_them(world: World) -> None:
    submission = graded(world)
    with world.database.write() as session:
        with pytest.raises(RefusedError, match="staff"):
            reviews.assign(session, submission, world.ta, world.other)
        with pytest.raises(ForbiddenError):
            reviews.finish(session, submission, world.student, done=True)
        with pytest.raises(ForbiddenError):
            inbox.of(session, world.course_id, world.student)
        with pytest.raises(NotFoundError):
            reviews.state(session, submission, world.outsider)


def test_what_could_not_be_graded_waits_with_its_reason(world: World) -> None:
    world.submit()
    job = world.must_claim()
    with world.database.write() as session:
        runs.fail(session, job, "no jail")
        waiting = inbox.of(session, world.course_id, world.ta)
    assert [(line.student, line.note) for line in waiting.attention] == [
        ("Student", "no jail")
    ]
    assert waiting.counts["attention"] == 1
