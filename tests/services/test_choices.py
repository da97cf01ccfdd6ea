"""Taking a submission back, and saying which one counts."""

import pytest

from grader.errors import NotFoundError, RefusedError
from grader.models import Assignment, Counting, CourseRole, RunStatus
from grader.services import attempts, choices, reports, submissions, withdrawing
from grader.services.visibility import EVERYTHING
from tests.services.world import NOW, World


def used(world: World) -> int:
    with world.database.read() as session:
        return submissions.attempts_used(
            session, assignment_id=world.assignment_id, user_id=world.student
        )


def withdraw(world: World, submission: str, actor: int) -> None:
    with world.database.write() as session:
        withdrawing.withdraw(session, submission, actor)


def test_a_waiting_submission_is_taken_back_with_its_attempt(world: World) -> None:
    receipt = world.submit()
    withdraw(world, receipt.submission_id, world.student)
    assert world.run(receipt.run_id).status is RunStatus.SUPERSEDED
    assert used(world) == 0
    assert world.audit()[-2:] == ["withdrawn", "refunded"]
    assert world.claim() is None
    with world.database.read() as session:
        view = reports.for_viewer(
            session, submission_id=receipt.submission_id, viewer_id=world.student
        )
    assert (view.is_withdrawn, view.can_withdraw) == (True, False)


def test_what_a_worker_has_cannot_be_taken_back(world: World) -> None:
    receipt = world.submit()
    world.must_claim()
    with pytest.raises(RefusedError) as refusal:
        withdraw(world, receipt.submission_id, world.student)
    assert refusal.value.code == "not-waiting"
    assert used(world) == 1


@pytest.mark.parametrize("who", ["other", "ta", "instructor"])
def test_nobody_else_takes_a_submission_back(world: World, who: str) -> None:
    receipt = world.submit()
    with pytest.raises(NotFoundError):
        withdraw(world, receipt.submission_id, getattr(world, who))
    assert world.run(receipt.run_id).status is RunStatus.QUEUED


def set_counting(world: World, rule: Counting) -> None:
    with world.database.write() as session:
        session.get_one(Assignment, world.assignment_id).counting = rule


def choose(world: World, submission: str, user_id: int) -> int:
    with world.database.write() as session:
        return choices.choose(
            session,
            assignment_id=world.assignment_id,
            user_id=user_id,
            submission_id=submission,
            role=CourseRole.STUDENT,
            now=NOW,
        )


def test_the_chosen_attempt_counts_and_the_page_says_why(world: World) -> None:
    set_counting(world, Counting.CHOSEN)
    first = world.submit().submission_id
    world.grade(4.0)
    world.submit()
    world.grade(6.0)
    assert choose(world, first, world.student) == 1
    with world.database.read() as session:
        row = session.get_one(Assignment, world.assignment_id)
        found = attempts.history(session, row, world.student, EVERYTHING)
    assert found.counting is not None
    assert (found.counting.number, found.counting.score) == (1, 4.0)
    assert found.reason == "Attempt 1 counts, because you chose it."
    assert world.audit()[-1] == "chosen"


def test_a_choice_needs_a_score_ones_own_attempt_and_such_a_rule(world: World) -> None:
    graded, waiting = world.submit().submission_id, ""
    world.grade(4.0)
    with pytest.raises(RefusedError) as refusal:
        choose(world, graded, world.student)
    assert refusal.value.code == "no-choice"
    set_counting(world, Counting.CHOSEN)
    waiting = world.submit().submission_id
    for submission, user_id in ((graded, world.other), (waiting, world.student)):
        with pytest.raises(NotFoundError):
            choose(world, submission, user_id)
