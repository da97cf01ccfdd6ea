"""What a submission is worth, and which one counts."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from grader.models import (
    Assignment,
    Attempts,
    Counting,
    Group,
    GroupMember,
    Override,
    RubricItem,
    RubricMark,
    Standing,
)
from grader.services import quick_standing, runs, standings
from tests.services.world import NOW, World


def graded(world: World, score: float, *, user_id: int | None = None) -> uuid.UUID:
    """Hand in, grade, and return the submission."""
    receipt = world.submit(user_id, key=uuid.uuid4().hex)
    world.grade(score)
    return uuid.UUID(receipt.submission_id)


def rows(world: World) -> dict[tuple[uuid.UUID, int], Standing]:
    with world.database.read() as session:
        found = session.scalars(select(Standing)).all()
    return {(row.submission_id, row.user_id): row for row in found}


def change(world: World, **values: Any) -> None:
    with world.database.write() as session:
        assignment = session.get_one(Assignment, world.assignment_id)
        for name, value in values.items():
            setattr(assignment, name, value)
        standings.settle_assignment(session, world.assignment_id)


def test_a_graded_submission_has_a_standing_that_counts(world: World) -> None:
    submission = graded(world, 5.0)
    row = rows(world)[submission, world.student]
    assert (row.raw, row.adjusted, row.final, row.counts) == (5.0, 5.0, 5.0, True)
    assert (row.late_seconds, row.penalty, row.needs_look) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("rule", "scores", "counting"),
    [
        (Counting.BEST, (4.0, 6.0, 5.0), 1),
        (Counting.BEST, (4.0, 6.0, 6.0), 1),
        (Counting.LAST, (4.0, 6.0, 5.0), 2),
        (Counting.CHOSEN, (4.0, 6.0, 5.0), 1),
    ],
)
def test_one_of_several_counts_as_the_rule_says(
    world: World, rule: Counting, scores: tuple[float, ...], counting: int
) -> None:
    submissions = [graded(world, score) for score in scores]
    change(world, counting=rule)
    counts = [rows(world)[one, world.student].counts for one in submissions]
    assert counts == [at == counting for at in range(3)]


def test_the_student_chooses_where_the_rule_allows_it(world: World) -> None:
    first, _second = graded(world, 4.0), graded(world, 6.0)
    with world.database.write() as session:
        own = session.get_one(Attempts, (world.assignment_id, world.student))
        own.chosen_id = first
    change(world, counting=Counting.CHOSEN)
    assert rows(world)[first, world.student].counts


def test_override_holds_over_a_rerun_and_is_flagged_when_that_gives_other_points(
    world: World,
) -> None:
    submission = graded(world, 4.0)
    with world.database.write() as session:
        session.add(
            Override(
                submission_id=submission,
                check="relu-backward",
                points=3.0,
                graded_points=1.0,
                reason="the axis was not stated",
                author_id=world.ta,
                created_at=NOW,
            )
        )
        session.flush()
        standings.settle(session, submission)
    before = rows(world)[submission, world.student]
    with world.database.write() as session:
        runs.rerun(session, submission, world.ta)
    world.grade(5.0)
    after = rows(world)[submission, world.student]
    assert (before.raw, before.final, before.needs_look) == (4.0, 6.0, False)
    assert (after.raw, after.final, after.needs_look) == (5.0, 6.0, True)


def test_rubric_marks_add_and_subtract_but_never_below_zero(world: World) -> None:
    submission = graded(world, 3.0)
    with world.database.write() as session:
        for text, points in (("clear code", 0.5), ("copied", -9.0)):
            item = RubricItem(
                assignment_id=world.assignment_id, text=text, points=points
            )
            session.add(item)
            session.flush()
            session.add(
                RubricMark(
                    submission_id=submission,
                    item_id=item.id,
                    author_id=world.ta,
                    created_at=NOW,
                )
            )
            session.flush()
            standings.settle(session, submission)
            final = session.get_one(Standing, (submission, world.student)).final
            assert final == (3.5 if points > 0 else 0.0)


def test_what_one_member_of_a_group_hands_in_counts_for_all(world: World) -> None:
    with world.database.write() as session:
        group = Group(assignment_id=world.assignment_id, name="one")
        session.add(group)
        session.flush()
        for user_id in (world.student, world.other):
            session.add(
                GroupMember(
                    assignment_id=world.assignment_id,
                    user_id=user_id,
                    group_id=group.id,
                )
            )
    change(world, group_size=2)
    submission = graded(world, 5.0)
    assert rows(world)[submission, world.other].counts
    change(world, group_size=1)
    assert set(rows(world)) == {(submission, world.student)}


def test_a_run_without_a_score_counts_for_nothing(world: World) -> None:
    first = graded(world, 2.0)
    receipt = world.submit(key="second", at=NOW + timedelta(hours=1))
    job = world.must_claim()
    with world.database.write() as session:
        runs.fail(session, job, "the assignment is wrong")
    assert rows(world)[first, world.student].counts
    assert str(uuid.UUID(receipt.submission_id)) == receipt.submission_id


def test_the_quick_way_comes_to_the_same_as_the_long_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(
        world,
        due_at=NOW - timedelta(hours=30),
        late_policy={"percent_per_day": 10.0, "grace_minutes": 5},
    )
    for score in (4.0, 6.0, 5.0):
        graded(world, score)
    columns = [column.name for column in Standing.__table__.columns]
    quick = {
        key: [getattr(row, name) for name in columns]
        for key, row in rows(world).items()
    }
    monkeypatch.setattr(quick_standing, "settle", lambda *_: False)
    for submission, _ in quick:
        with world.database.write() as session:
            standings.settle(session, submission)
    long = {
        key: [getattr(row, name) for name in columns]
        for key, row in rows(world).items()
    }
    assert quick == long
    assert sorted(row.final or 0.0 for row in rows(world).values()) == [3.2, 4.0, 4.8]


def test_stored_standings_are_what_they_should_be(world: World) -> None:
    for score in (4.0, 6.0, 5.0):
        graded(world, score)
    graded(world, 3.0, user_id=world.other)
    with world.database.read() as session:
        wanted = standings.expected(session, world.assignment_id)
    stored = rows(world)
    for row in wanted:
        kept = stored[row["submission_id"], row["user_id"]]
        assert {name: getattr(kept, name) for name in row} == row
    assert len(wanted) == len(stored) == 4
