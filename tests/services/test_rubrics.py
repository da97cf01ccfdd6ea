"""Items of a rubric: given, changed in place, and counted."""

import uuid

import pytest

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.services import rubric_marks, rubrics
from grader.services.rubrics import Wording
from tests.services.reviewing import graded, noted, score
from tests.services.world import World


def item(world: World, points: str = "0.5", text: str = "clear code") -> int:
    with world.database.write() as session:
        return rubrics.add_item(
            session, world.assignment_id, world.ta, Wording(text, points)
        )


def give(world: World, submission: uuid.UUID, item_id: int, *, on: bool = True) -> None:
    with world.database.write() as session:
        rubric_marks.give(session, submission, item_id, world.ta, on=on)


def test_an_item_changes_the_score_once_and_taking_it_back_restores_it(
    world: World,
) -> None:
    submission, one = graded(world, 4.0), item(world)
    give(world, submission, one)
    give(world, submission, one)
    with_item = score(world, submission)
    give(world, submission, one, on=False)
    assert (with_item, score(world, submission)) == (4.5, 4.0)
    assert len(noted(world, "rubric_marked")) == len(noted(world, "rubric_unmarked"))


def test_new_points_of_an_item_score_everybody_anew_who_has_it(world: World) -> None:
    first, second = graded(world, 4.0), graded(world, 5.0, world.other)
    third, one = graded(world, 3.0), item(world)
    give(world, first, one)
    give(world, second, one)
    with world.database.write() as session:
        changed = rubrics.edit_item(
            session, world.assignment_id, one, world.ta, Wording("clear", "-1,5")
        )
    assert changed == 2
    assert score(world, first) == 2.5
    assert score(world, second, world.other) == 3.5
    assert score(world, third) == 3.0
    ((old, new, _),) = noted(world, "rubric_item_edited")
    assert (old["points"], new["points"]) == (0.5, -1.5)


def test_an_item_that_is_taken_out_and_brought_back_brings_back_the_score(
    world: World,
) -> None:
    submission, one = graded(world, 4.0), item(world)
    give(world, submission, one)
    with world.database.write() as session:
        rubrics.remove_item(session, world.assignment_id, one, world.ta)
    without = score(world, submission)
    with world.database.write() as session:
        rubrics.remove_item(session, world.assignment_id, one, world.ta, undo=True)
    assert (without, score(world, submission)) == (4.0, 4.5)


def test_items_stand_in_the_order_that_they_were_put_in(world: World) -> None:
    for text in ("a", "b", "c"):
        last = item(world, text=text)
    with world.database.write() as session:
        rubrics.move_item(session, world.assignment_id, last, world.ta, 1)
        found = rubrics.items(session, world.assignment_id)
    assert [(one.text, one.key) for one in found] == [("c", 1), ("a", 2), ("b", 3)]


def test_the_use_of_an_item_is_counted_by_person(world: World) -> None:
    one = item(world)
    give(world, graded(world), one)
    with world.database.write() as session:
        rubric_marks.give(
            session, graded_by_other(world), one, world.instructor, on=True
        )
        (use,) = rubrics.uses(session, world.assignment_id, world.ta)
    assert (use.submissions, use.by_person) == (2, (("Instructor", 1), ("Ta", 1)))


def graded_by_other(world: World) -> uuid.UUID:
    return graded(world, user_id=world.other)


def test_an_item_for_many_leaves_those_alone_who_had_it_also_when_taken_back(
    world: World,
) -> None:
    first, second = graded(world, 4.0), graded(world, 5.0, world.other)
    one = item(world)
    give(world, first, one)
    with world.database.write() as session:
        batch, count = rubric_marks.give_many(
            session, world.assignment_id, [first, second], one, world.ta
        )
        (listed,) = rubric_marks.batches(session, world.assignment_id)
    assert (count, listed.submissions) == (1, 1)
    assert score(world, second, world.other) == 5.5
    with world.database.write() as session:
        rubric_marks.take_back(session, world.assignment_id, batch, world.ta)
    assert score(world, first) == 4.5
    assert score(world, second, world.other) == 5.0


@pytest.mark.parametrize("points", ["nan", "inf", "ten", "", "1001", "-1e9"])
def test_points_that_are_no_sensible_number_are_refused(
    world: World, points: str
) -> None:
    with pytest.raises(RefusedError) as refusal:
        item(world, points)
    assert refusal.value.code == "bad-points"


def test_students_and_strangers_change_no_rubric(world: World) -> None:
    submission, one = graded(world), item(world)
    with world.database.write() as session:
        with pytest.raises(ForbiddenError):
            rubric_marks.give(session, submission, one, world.student, on=True)
        with pytest.raises(NotFoundError):
            rubric_marks.give(session, submission, one, world.other, on=True)
        with pytest.raises(NotFoundError):
            rubrics.uses(session, world.assignment_id, world.outsider)
        with pytest.raises(NotFoundError):
            rubric_marks.give(session, submission, one + 1, world.ta, on=True)
