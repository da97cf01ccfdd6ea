"""Batches of reruns: nothing moves before they are applied, and all of it back."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from grader.errors import LeaseLostError, NotFoundError, RefusedError
from grader.models import (
    Attempts,
    AuditEntry,
    GradingRun,
    Lane,
    Override,
    RerunItem,
    Standing,
)
from grader.services import reruns, runs, standings
from grader.services.invariants import violations
from grader.services.reruns import Meant, Order, Version
from tests.services.statements import statements
from tests.services.world import NOW, World, report

ALL = Order(Meant.ALL, Version.PUBLISHED, "the axis was wrong")


def hand_in(world: World, score: float, user_id: int | None = None) -> uuid.UUID:
    receipt = world.submit(user_id)
    world.grade(score)
    return uuid.UUID(receipt.submission_id)


def ordered(world: World, wanted: Order = ALL) -> uuid.UUID:
    with world.database.write() as session:
        return reruns.order(session, world.assignment_id, world.instructor, wanted)


def do(world: World, action: Any, batch: uuid.UUID) -> int:
    with world.database.write() as session:
        count: int = action(session, batch, world.instructor)
    return count


def refuses_to_apply(world: World, batch: uuid.UUID) -> None:
    with pytest.raises(RefusedError, match="see what is left out"):
        do(world, reruns.apply, batch)


def seen(world: World, batch: uuid.UUID) -> reruns.Preview:
    with world.database.read() as session:
        return reruns.preview(session, batch)


def progress(world: World, batch: uuid.UUID) -> reruns.Progress:
    with world.database.read() as session:
        found = reruns.look(session, batch, world.instructor, world.assignment_id)
    return found.card.progress


def finals(world: World) -> dict[uuid.UUID, float | None]:
    with world.database.read() as session:
        rows = session.execute(select(Standing.submission_id, Standing.final))
        return dict(rows.all())


def faults(world: World) -> list[str]:
    with world.database.read() as session:
        return violations(session, world.store)


def test_no_score_moves_before_a_batch_is_applied_and_all_come_back_after_undoing(
    world: World,
) -> None:
    submission = hand_in(world, 4.0)
    batch = ordered(world)
    world.grade(6.0)
    while_previewing = finals(world)[submission], faults(world)
    applied = do(world, reruns.apply, batch)
    after = finals(world)[submission], faults(world)
    undone = do(world, reruns.undo, batch)
    assert (applied, undone) == (1, 1)
    assert while_previewing == (4.0, [])
    assert after == (6.0, [])
    assert (finals(world)[submission], faults(world)) == (4.0, [])
    assert world.audit()[-2:] == ["rerun_undone_score", "rerun_undone"]


def test_runs_of_a_batch_wait_behind_students_with_the_same_seed(world: World) -> None:
    submission = hand_in(world, 4.0)
    ordered(world)
    newer = world.submit(world.other)
    with world.database.read() as session:
        old, new = session.scalars(
            select(GradingRun)
            .where(GradingRun.submission_id == submission)
            .order_by(GradingRun.ordinal)
        )
    assert (new.lane, new.seed, new.is_current) == (Lane.BULK, old.seed, False)
    assert str(world.must_claim().submission_id) == newer.submission_id


def test_preview_tells_every_score_that_would_change_by_check(world: World) -> None:
    first = hand_in(world, 4.0)
    hand_in(world, 5.0, world.other)
    batch = ordered(world)
    jobs = [world.must_claim() for _ in range(2)]
    for job in jobs:
        finish(world, job, 6.0 if job.submission_id == first else 5.0)
    found = seen(world, batch)
    (change,) = found.changes
    assert (change.name, change.old, change.new) == ("Student", 4.0, 6.0)
    assert change.checks == (("relu-backward", 1.0, 3.0),)
    assert (change.score_old, change.score_new) == (4.0, 6.0)
    assert (found.students, found.up, found.down, found.same) == (1, 1, 0, 1)


def finish(world: World, job: runs.GradeJob, score: float) -> None:
    with world.database.write() as session:
        runs.finish(session, job, report(score))


def test_better_submission_of_the_same_student_keeps_the_score(world: World) -> None:
    hand_in(world, 4.0)
    hand_in(world, 6.0)
    batch = ordered(world)
    for _ in range(2):
        job = world.must_claim()
        with world.database.read() as session:
            old = session.scalars(
                select(Standing.final).filter_by(submission_id=job.submission_id)
            ).one()
        finish(world, job, 5.0 if old == 4.0 else 6.0)
    (change,) = seen(world, batch).changes
    assert (change.old, change.new) == (4.0, 5.0)
    assert (change.score_old, change.score_new) == (6.0, 6.0)


def test_preview_names_overrides_that_would_be_flagged_and_changes_nothing(
    world: World,
) -> None:
    submission = hand_in(world, 4.0)
    with world.database.write() as session:
        session.add(
            Override(
                submission_id=submission,
                check="relu-backward",
                points=3.0,
                graded_points=1.0,
                reason="a reason",
                author_id=world.ta,
                created_at=NOW,
            )
        )
        session.flush()
        standings.settle(session, submission)
    batch = ordered(world)
    world.grade(5.0)
    (change,) = seen(world, batch).changes
    assert (change.old, change.new, change.flagged) == (6.0, 6.0, ("relu-backward",))
    with world.database.read() as session:
        assert not session.scalars(select(Override.needs_look)).one()
    do(world, reruns.apply, batch)
    with world.database.read() as session:
        assert session.scalars(select(Override.needs_look)).one()


def test_failed_trial_hurts_no_score_and_refunds_nothing(world: World) -> None:
    submission = hand_in(world, 4.0)
    batch = ordered(world)
    job = world.must_claim()
    with world.database.write() as session:
        runs.fail(session, job, "the jail did not start")
    refuses_to_apply(world, batch)
    with world.database.read() as session:
        used = session.scalars(select(Attempts.used)).one()
    assert (used, finals(world)[submission]) == (1, 4.0)
    assert faults(world) == []


def test_what_was_rerun_by_itself_meanwhile_is_left_out_and_said(world: World) -> None:
    submission = hand_in(world, 4.0)
    batch = ordered(world)
    world.grade(6.0)
    with world.database.write() as session:
        runs.rerun(session, submission, world.ta)
    world.grade(5.0)
    assert seen(world, batch).left_out == (
        "1 graded again in another way meanwhile; that stays.",
    )
    refuses_to_apply(world, batch)
    assert (finals(world)[submission], faults(world)) == (5.0, [])


def test_undoing_leaves_alone_what_was_rerun_since(world: World) -> None:
    submission = hand_in(world, 4.0)
    batch = ordered(world)
    world.grade(6.0)
    do(world, reruns.apply, batch)
    with world.database.write() as session:
        runs.rerun(session, submission, world.ta)
    world.grade(5.0)
    assert do(world, reruns.undo, batch) == 0
    assert (finals(world)[submission], faults(world)) == (5.0, [])


def test_newest_submission_that_is_not_the_newest_any_more_is_left_out(
    world: World,
) -> None:
    hand_in(world, 4.0)
    batch = ordered(world, Order(Meant.LATEST, Version.PUBLISHED, "why"))
    world.grade(6.0)
    hand_in(world, 3.0)
    (sentence,) = seen(world, batch).left_out
    assert "handed in again" in sentence
    refuses_to_apply(world, batch)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        (Order(Meant.ALL, Version.OWN, "w"), {0, 1, 2}),
        (Order(Meant.COUNTING, Version.OWN, "w"), {0, 2}),
        (Order(Meant.LATEST, Version.OWN, "w"), {1, 2}),
        (Order(Meant.ALL, Version.OWN, "w", failed_check="relu-backward"), {1, 2}),
        (Order(Meant.ALL, Version.OWN, "w", attention=True), {3}),
    ],
)
def test_the_order_says_which_submissions_are_meant(
    world: World, wanted: Order, meant: set[int]
) -> None:
    made = [hand_in(world, 6.0), hand_in(world, 4.0), hand_in(world, 5.0, world.other)]
    if wanted.attention:
        made.append(uuid.UUID(world.submit().submission_id))
        with world.database.write() as session:
            runs.fail(session, world.must_claim(), "why")
    batch = ordered(world, wanted)
    with world.database.read() as session:
        found = session.scalars(
            select(RerunItem.submission_id).filter_by(batch_id=batch)
        ).all()
    assert {made.index(one) for one in found} == meant


def test_a_batch_is_applied_only_when_all_have_ended(world: World) -> None:
    hand_in(world, 4.0)
    batch = ordered(world)
    with pytest.raises(RefusedError, match="still being graded"):
        do(world, reruns.apply, batch)
    assert (progress(world, batch).ended, progress(world, batch).waiting) == (0, 1)


def test_giving_a_batch_up_takes_its_runs_out_of_the_queue(world: World) -> None:
    submission = hand_in(world, 4.0)
    hand_in(world, 4.0, world.other)
    batch = ordered(world)
    job = world.must_claim()
    assert do(world, reruns.discard, batch) == 2
    with pytest.raises(LeaseLostError):
        finish(world, job, 6.0)
    assert world.claim() is None
    assert (finals(world)[submission], faults(world)) == (4.0, [])
    with pytest.raises(RefusedError, match="given up"):
        do(world, reruns.apply, batch)


def test_two_batches_at_once_leave_one_run_that_counts(world: World) -> None:
    submission = hand_in(world, 4.0)
    one, two = ordered(world), ordered(world)
    world.grade(5.0)
    world.grade(6.0)
    assert do(world, reruns.apply, two) == 1
    refuses_to_apply(world, one)
    assert (finals(world)[submission], faults(world)) == (6.0, [])
    do(world, reruns.undo, two)
    assert do(world, reruns.apply, one) == 1
    assert (finals(world)[submission], faults(world)) == (5.0, [])


@pytest.mark.parametrize("person", ["student", "ta", "outsider"])
def test_only_instructors_order_and_apply(world: World, person: str) -> None:
    hand_in(world, 4.0)
    batch = ordered(world)
    actor = getattr(world, person)
    with world.database.write() as session:
        for action in (reruns.apply, reruns.undo, reruns.discard):
            with pytest.raises(NotFoundError):
                action(session, batch, actor)
        with pytest.raises(NotFoundError):
            reruns.order(session, world.assignment_id, actor, ALL)
        with pytest.raises(NotFoundError):
            reruns.look(session, batch, actor, world.assignment_id)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (Order(Meant.ALL, Version.OWN, " \0 "), "reason-missing"),
        (Order(Meant.ALL, Version.OWN, "w", section="nobody"), "nothing-to-rerun"),
    ],
)
def test_an_order_without_reason_or_submissions_is_refused(
    world: World, wanted: Order, code: str
) -> None:
    hand_in(world, 4.0)
    with pytest.raises(RefusedError) as refused:
        ordered(world, wanted)
    assert refused.value.code == code


def cost(world: World, action: Callable[[], object]) -> int:
    # Each entry of the list of what happened is a statement of its own.
    return statements(world.database, action, without="audit_entry")


def test_more_submissions_need_no_more_statements(world: World) -> None:
    counts = []
    for more in (1, 3):
        for _ in range(more):
            hand_in(world, 4.0, world.other)
        batches: list[uuid.UUID] = []
        ordering = cost(world, partial(batch_into, world, batches))
        for _ in range(progress(world, batches[0]).waiting):
            world.grade(4.0)
        looking = cost(world, partial(seen, world, batches[0]))
        applying = cost(world, partial(do, world, reruns.apply, batches[0]))
        counts.append((ordering, looking, applying))
    assert counts[0] == counts[1]


def batch_into(world: World, batches: list[uuid.UUID]) -> None:
    batches.append(ordered(world))


def test_a_batch_is_noted_once_with_what_it_was_for(world: World) -> None:
    hand_in(world, 4.0)
    ordered(world)
    with world.database.read() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "rerun_ordered")
        ).one()
    assert (entry.reason, entry.actor_id) == ("the axis was wrong", world.instructor)
    assert entry.new["submissions"] == 1
