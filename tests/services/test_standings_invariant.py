"""Standings that are not what they should be are found."""

import uuid
from typing import Any

import pytest
from sqlalchemy import delete, update

from grader.models import RubricItem, RubricMark, Standing
from grader.services import runs
from grader.services.invariants import findings
from tests.services.world import NOW, World


def broken(world: World) -> tuple[str, ...]:
    with world.database.read() as session:
        found = {one.id: one.broken for one in findings(session, world.store)}
    return found["standings-are-as-expected"]


def graded(world: World) -> uuid.UUID:
    receipt = world.submit()
    world.grade(5.0)
    return uuid.UUID(receipt.submission_id)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"final": 4.0}, "another final"),
        ({"final": None}, "another final"),
        ({"counts": False}, "another counts"),
        ({"run_id": uuid.uuid4()}, "another run"),
        ({"needs_look": True}, "another needs_look"),
    ],
)
def test_a_standing_that_was_changed_is_found(
    world: World, values: dict[str, Any], says: str
) -> None:
    graded(world)
    before = broken(world)
    with world.database.write() as session:
        session.execute(update(Standing).values(**values))
    assert before == ()
    assert says in broken(world)[0]


def test_a_standing_that_is_missing_or_of_nobody_is_found(world: World) -> None:
    submission = graded(world)
    with world.database.write() as session:
        session.execute(delete(Standing))
    assert "have no standing" in broken(world)[0]
    with world.database.write() as session:
        for user_id in (world.student, world.other):
            session.add(
                Standing(
                    submission_id=submission,
                    user_id=user_id,
                    assignment_id=world.assignment_id,
                    run_id=uuid.uuid4(),
                    number=1,
                    received_at=NOW,
                    max_score=6.0,
                )
            )
    assert any("by nothing" in sentence for sentence in broken(world))


def test_a_mark_that_was_not_settled_is_found(world: World) -> None:
    submission = graded(world)
    with world.database.write() as session:
        item = RubricItem(assignment_id=world.assignment_id, text="neat", points=1.0)
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
    assert "another adjusted, final" in broken(world)[0]


def test_what_waits_or_is_graded_again_breaks_nothing(world: World) -> None:
    submission = graded(world)
    world.submit()
    with world.database.write() as session:
        runs.rerun(session, submission, world.ta)
    assert broken(world) == ()
