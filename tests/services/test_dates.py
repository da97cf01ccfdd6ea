"""Changing dates and policies: whose score moves, what is noted, the way back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.models import Counting, Standing
from grader.services import dates
from grader.services.dates import Rules
from tests.services.world import NOW, World

DAY = timedelta(days=1)
TEN_PERCENT = {"percent_per_day": 10.0}


def rules(world: World) -> Rules:
    with world.database.read() as session:
        return dates.rules_of(session, world.assignment_id)


def change(world: World, actor: int | None = None, **values: Any) -> None:
    wanted = replace(rules(world), **values)
    with world.database.write() as session:
        dates.change(
            session, world.assignment_id, wanted, actor_id=actor or world.instructor
        )


def graded(world: World, score: float, user_id: int, at: Any = NOW) -> None:
    world.submit(user_id, at=at)
    world.grade(score)


def finals(world: World) -> dict[int, float | None]:
    with world.database.read() as session:
        rows = session.execute(
            select(Standing.user_id, Standing.final).where(Standing.counts)
        )
        return dict(rows.all())


def test_a_preview_names_whose_score_would_change_and_changes_nothing(
    world: World,
) -> None:
    graded(world, 5.0, world.student, NOW + DAY)
    graded(world, 4.0, world.other, NOW)
    wanted = replace(rules(world), due_at=NOW, late_policy=TEN_PERCENT)
    before = finals(world)
    with world.database.read() as session:
        (only,) = dates.preview(session, world.assignment_id, wanted)
    assert (only.name, only.old, only.new) == ("Student", 5.0, 4.5)
    assert finals(world) == before
    assert rules(world).due_at is None


def test_a_change_does_what_the_preview_said_and_one_step_leads_back(
    world: World,
) -> None:
    graded(world, 5.0, world.student, NOW + DAY)
    before = rules(world)
    change(world, due_at=NOW, late_policy=TEN_PERCENT, cooldown_seconds=60)
    changed, late = rules(world), finals(world)
    with world.database.write() as session:
        dates.undo(session, world.assignment_id, actor_id=world.instructor)
    assert late == {world.student: 4.5}
    assert finals(world) == {world.student: 5.0}
    assert rules(world) == before
    with world.database.write() as session:
        dates.undo(session, world.assignment_id, actor_id=world.instructor)
    assert rules(world) == changed


def test_another_rule_of_what_counts_settles_the_scores(world: World) -> None:
    graded(world, 5.0, world.student)
    graded(world, 4.0, world.student, NOW + DAY)
    change(world, counting=Counting.LAST)
    assert finals(world) == {world.student: 4.0}


def test_saving_what_holds_already_notes_nothing(world: World) -> None:
    change(world)
    with world.database.read() as session:
        assert dates.previous(session, world.assignment_id) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens_at": NOW, "due_at": NOW},
        {"max_attempts": 0},
        {"cooldown_seconds": -1},
        {"group_size": 0},
        {"late_days": 101},
    ],
)
def test_rules_that_make_no_sense_are_refused(
    world: World, wrong: dict[str, Any]
) -> None:
    before = rules(world)
    with pytest.raises(RefusedError):
        change(world, **wrong)
    assert rules(world) == before


def test_a_policy_that_makes_no_sense_is_refused_in_words() -> None:
    with pytest.raises(RefusedError) as refused:
        dates.late_policy("UTC", percent_per_day=200)
    assert refused.value.code == "bad-policy"


def test_only_instructors_of_the_course_change_dates(world: World) -> None:
    with pytest.raises(ForbiddenError):
        change(world, world.ta, due_at=NOW)
    with pytest.raises(ForbiddenError):
        change(world, world.student, due_at=NOW)
    with pytest.raises(NotFoundError):
        change(world, world.outsider, due_at=NOW)
