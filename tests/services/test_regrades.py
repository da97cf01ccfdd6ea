"""Regrade requests from both sides."""

import uuid

import pytest

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.models import RegradeState
from grader.services import inbox, overrides, regrade_threads, regrades
from grader.services.regrade_threads import Thread
from tests.services.reviewing import graded, hide, noted, score
from tests.services.world import World


def ask(world: World, submission: uuid.UUID, check: str = "") -> uuid.UUID:
    with world.database.write() as session:
        return regrades.open_request(
            session, submission, world.student, text="Why?", check=check
        )


def read(world: World, request: uuid.UUID, viewer: int) -> Thread:
    with world.database.read() as session:
        return regrade_threads.thread(session, request, viewer)


def test_accepting_with_points_changes_the_score_and_both_scores_are_kept(
    world: World,
) -> None:
    submission = graded(world, 4.0)
    request = ask(world, submission, "relu-backward")
    with world.database.write() as session:
        regrades.reply(session, request, world.ta, "Let me look.")
        regrades.accept(session, request, world.ta, "You are right.", points="3")
    seen = read(world, request, world.student)
    assert (seen.state, seen.score_before, seen.score_after) == (
        RegradeState.ACCEPTED,
        4.0,
        6.0,
    )
    assert [(m.author, m.by_student) for m in seen.messages] == [
        ("Student", True),
        ("Ta", False),
        ("Ta", False),
    ]
    assert (seen.asked_by, seen.closed_by, seen.title) == (
        "Student",
        "Ta",
        "ReLU: backward",
    )
    assert score(world, submission) == 6.0
    ((old, new, _),) = noted(world, "regrade_accepted")
    assert (old["state"], new["after"]) == ("open", 6.0)


def test_accepting_with_impossible_points_changes_nothing(world: World) -> None:
    submission = graded(world, 4.0)
    request = ask(world, submission, "relu-backward")
    with (
        pytest.raises(RefusedError, match="from 0 to 3"),
        world.database.write() as session,
    ):
        regrades.accept(session, request, world.ta, "Yes.", points="30")
    assert read(world, request, world.ta).state is RegradeState.OPEN
    assert len(read(world, request, world.ta).messages) == 1


def test_points_need_a_request_about_one_check(world: World) -> None:
    request = ask(world, graded(world))
    with world.database.write() as session, pytest.raises(RefusedError) as refusal:
        regrades.accept(session, request, world.ta, "Yes.", points="3")
    assert refusal.value.code == "no-check"


def test_a_declined_request_can_be_reopened_by_who_asked(world: World) -> None:
    request = ask(world, graded(world, 4.0))
    with world.database.write() as session:
        regrades.decline(session, request, world.ta, "The axis is wrong.")
        with pytest.raises(RefusedError, match="closed"):
            regrades.reply(session, request, world.student, "But")
        regrades.reopen(session, request, world.student, "See line 3.")
    seen = read(world, request, world.student)
    assert (seen.state, seen.score_after, seen.closed_at) == (
        RegradeState.OPEN,
        None,
        None,
    )
    assert [m.text for m in seen.messages] == [
        "Why?",
        "The axis is wrong.",
        "See line 3.",
    ]


def test_only_one_request_about_the_same_thing_is_open_at_a_time(
    world: World,
) -> None:
    submission = graded(world)
    first = ask(world, submission)
    ask(world, submission, "relu-forward")
    with pytest.raises(RefusedError) as refusal:
        ask(world, submission)
    with world.database.write() as session:
        regrades.withdraw(session, first, world.student)
    second = ask(world, submission)
    with world.database.write() as session, pytest.raises(RefusedError) as again:
        regrades.reopen(session, first, world.student, "That one too.")
    assert (refusal.value.code, again.value.code) == ("already-open", "already-open")
    assert second != first


def test_a_student_asks_about_their_own_graded_submission_alone(
    world: World,
) -> None:
    theirs = graded(world, user_id=world.other)
    waiting = uuid.UUID(world.submit().submission_id)
    with pytest.raises(NotFoundError):
        ask(world, theirs)
    with pytest.raises(RefusedError) as refusal:
        ask(world, waiting)
    with world.database.write() as session, pytest.raises(ForbiddenError):
        regrades.open_request(session, theirs, world.ta, text="me too")
    assert refusal.value.code == "not-graded"


def test_a_hidden_check_is_to_a_student_as_one_that_does_not_exist(
    world: World,
) -> None:
    submission = graded(world)
    hide(world, "relu-backward")
    with pytest.raises(NotFoundError) as hidden:
        ask(world, submission, "relu-backward")
    with pytest.raises(NotFoundError) as unknown:
        ask(world, submission, "relu-backwarx")
    assert str(hidden.value).replace("backward", "backwarx") == str(unknown.value)


def test_a_check_that_is_hidden_later_leaves_the_thread_without_its_name_and_scores(
    world: World,
) -> None:
    request = ask(world, graded(world, 4.0), "relu-backward")
    hide(world, "relu-backward")
    own, staff = read(world, request, world.student), read(world, request, world.ta)
    assert (own.check, own.title, own.score_before) == ("", "", None)
    assert (staff.title, staff.score_before) == ("ReLU: backward", 4.0)


def test_nobody_else_reads_or_decides(world: World) -> None:
    request = ask(world, graded(world))
    with world.database.write() as session:
        for stranger in (world.other, world.outsider):
            with pytest.raises(NotFoundError):
                regrade_threads.thread(session, request, stranger)
            with pytest.raises(NotFoundError):
                regrades.reply(session, request, stranger, "hello")
        with pytest.raises(ForbiddenError):
            regrades.accept(session, request, world.student, "I agree.")
        with pytest.raises(ForbiddenError):
            regrades.withdraw(session, request, world.ta)
        with pytest.raises(NotFoundError):
            regrades.decline(session, uuid.uuid4(), world.ta, "no")


def test_the_inbox_tells_mine_from_those_that_nobody_has_taken(world: World) -> None:
    request = ask(world, graded(world))
    with world.database.write() as session:
        before = inbox.of(session, world.course_id, world.ta)
        regrades.assign(session, request, world.ta, world.instructor)
        after = inbox.of(session, world.course_id, world.ta)
        theirs = inbox.of(session, world.course_id, world.instructor)
    assert [one.asked_by for one in before.unassigned] == ["Student"]
    assert (after.unassigned, len(after.others), len(theirs.mine)) == ([], 1, 1)


def test_one_answer_goes_into_every_open_request_of_a_group(world: World) -> None:
    submission = graded(world)
    request = ask(world, submission)
    with world.database.write() as session:
        count = regrades.reply_to_many(
            session, world.assignment_id, [submission], world.ta, "We look at it."
        )
        with pytest.raises(RefusedError, match="None of these"):
            regrades.reply_to_many(session, world.assignment_id, [], world.ta, "x")
    assert count == 1
    assert read(world, request, world.student).messages[-1].text == "We look at it."


def test_an_override_that_came_with_a_request_is_undone_like_any_other(
    world: World,
) -> None:
    submission = graded(world, 4.0)
    request = ask(world, submission, "relu-backward")
    with world.database.write() as session:
        regrades.accept(session, request, world.ta, "Yes.", points="3")
        (decision,) = overrides.of_submission(session, submission)
        overrides.undo(session, submission, decision.id, world.ta)
    assert score(world, submission) == 4.0
    assert decision.reason == "Yes."
