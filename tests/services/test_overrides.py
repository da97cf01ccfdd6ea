"""Points that a person sets, and what reruns do to them."""

import uuid

import pytest

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.services import feedback, inbox, overrides, reports, runs
from grader.services.overrides import OverrideView
from tests.services.reviewing import graded, hide, noted, score
from tests.services.world import World


def decide(
    world: World, submission: uuid.UUID, points: str = "3", **changed: str
) -> int:
    given = {"check": "relu-backward", "reason": "not stated", **changed}
    with world.database.write() as session:
        return overrides.set_points(
            session, submission, world.ta, points=points, **given
        )


def held(world: World, submission: uuid.UUID) -> list[OverrideView]:
    with world.database.read() as session:
        return overrides.of_submission(session, submission)


def rerun(world: World, submission: uuid.UUID, points: float) -> None:
    with world.database.write() as session:
        runs.rerun(session, submission, world.ta)
    world.grade(points)


def test_points_that_are_set_count_and_undoing_gives_back_what_grading_gave(
    world: World,
) -> None:
    submission = graded(world, 4.0)
    decision = decide(world, submission, "2.5")
    decided = score(world, submission)
    with world.database.write() as session:
        overrides.undo(session, submission, decision, world.instructor)
    assert (decided, score(world, submission)) == (5.5, 4.0)
    assert held(world, submission) == []
    assert noted(world, "overridden")[0][1] == {
        "check": "relu-backward",
        "points": 2.5,
        "graded_points": 1.0,
    }
    assert noted(world, "override_undone")[0][2] == world.instructor


def test_a_new_decision_ends_the_one_before(world: World) -> None:
    submission = graded(world, 4.0)
    first = decide(world, submission, "3")
    decide(world, submission, "2", reason="on second thought")
    (only,) = held(world, submission)
    assert (only.points, only.reason) == (2.0, "on second thought")
    assert score(world, submission) == 5.0
    with world.database.write() as session, pytest.raises(NotFoundError):
        overrides.undo(session, submission, first, world.ta)


def test_a_rerun_that_gives_something_else_asks_for_a_look_until_it_is_kept(
    world: World,
) -> None:
    submission = graded(world, 4.0)
    decision = decide(world, submission)
    rerun(world, submission, 5.0)
    with world.database.read() as session:
        waiting = inbox.of(session, world.course_id, world.ta)
    flagged = held(world, submission)[0].needs_look
    with world.database.write() as session:
        overrides.keep(session, submission, decision, world.instructor)
        after = inbox.of(session, world.course_id, world.ta)
    (kept,) = held(world, submission)
    assert flagged
    assert [line.note for line in waiting.overrides] == ["relu-backward"]
    assert (kept.needs_look, kept.points, kept.graded_points) == (False, 3.0, 2.0)
    assert (after.overrides, score(world, submission)) == ([], 6.0)
    assert noted(world, "override_kept")[0][0]["graded_points"] == 1.0


@pytest.mark.parametrize(
    ("points", "changed", "code"),
    [
        ("3.01", {}, "bad-points"),
        ("-1", {}, "bad-points"),
        ("nan", {}, "bad-points"),
        ("3", {"reason": " "}, "empty-text"),
        ("3", {"reason": "x" * 1001}, "long-text"),
    ],
)
def test_a_decision_needs_a_reason_and_possible_points(
    world: World, points: str, changed: dict[str, str], code: str
) -> None:
    submission = graded(world, 4.0)
    with pytest.raises(RefusedError) as refusal:
        decide(world, submission, points, **changed)
    assert (refusal.value.code, score(world, submission)) == (code, 4.0)


def test_nothing_is_decided_while_there_is_no_finished_result(world: World) -> None:
    submission = graded(world, 4.0)
    with world.database.write() as session:
        runs.rerun(session, submission, world.ta)
    with pytest.raises(RefusedError) as refusal:
        decide(world, submission)
    assert refusal.value.code == "not-graded"


def test_a_check_that_is_not_there_cannot_be_decided(world: World) -> None:
    submission = graded(world)
    with pytest.raises(NotFoundError):
        decide(world, submission, check="nothing")


def test_nobody_but_the_staff_sets_points(world: World) -> None:
    submission = graded(world, 4.0)
    decision = decide(world, submission)
    with world.database.write() as session:
        with pytest.raises(ForbiddenError):
            overrides.undo(session, submission, decision, world.student)
        with pytest.raises(NotFoundError):
            overrides.keep(session, submission, decision, world.other)
        with pytest.raises(NotFoundError):
            overrides.undo(session, uuid.uuid4(), decision, world.ta)


def test_a_decision_about_a_hidden_check_is_not_shown_to_the_student(
    world: World,
) -> None:
    submission = graded(world, 4.0)
    decide(world, submission)
    hide(world, "relu-backward")
    with world.database.read() as session:
        view = reports.for_viewer(
            session, submission_id=submission, viewer_id=world.student
        )
        seen = feedback.of_report(session, view, world.student)
    assert (seen.overrides, list(seen.titles)) == ([], ["interface", "relu-forward"])
