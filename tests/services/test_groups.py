"""Groups: who is in which, for whom a submission counts, and what is refused."""

import pytest
from sqlalchemy import select

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.models import Assignment, CourseRole, Standing
from grader.services import accounts, groups
from grader.services.groups import Groups
from tests.services.world import World

BOTH = ["student@example.org", "other@example.org"]


def size(world: World, most: int) -> None:
    with world.database.write() as session:
        session.get_one(Assignment, world.assignment_id).group_size = most


def place(world: World, name: str, lines: list[str], actor: int | None = None) -> None:
    with world.database.write() as session:
        groups.place(
            session,
            world.assignment_id,
            name=name,
            lines=lines,
            actor_id=actor or world.instructor,
        )


def found(world: World) -> Groups:
    with world.database.read() as session:
        return groups.groups_of(session, world.assignment_id)


def scores(world: World) -> dict[int, float | None]:
    with world.database.read() as session:
        rows = session.execute(
            select(Standing.user_id, Standing.final).where(Standing.counts)
        )
        return dict(rows.all())


def test_what_one_member_handed_in_counts_for_all_while_they_are_together(
    world: World,
) -> None:
    size(world, 2)
    world.submit()
    world.grade(5.0)
    place(world, "Red", BOTH)
    together = scores(world)
    with world.database.write() as session:
        groups.take_out(
            session, world.assignment_id, world.other, actor_id=world.instructor
        )
    assert together == {world.student: 5.0, world.other: 5.0}
    assert scores(world) == {world.student: 5.0}


def test_who_moves_leaves_the_old_group_and_an_empty_one_goes_away(
    world: World,
) -> None:
    size(world, 2)
    place(world, "Red", BOTH[:1])
    place(world, " Blue  sky ", BOTH)
    seen = found(world)
    assert [(one.name, len(one.members)) for one in seen.groups] == [("Blue sky", 2)]
    assert seen.alone == []


def test_a_table_is_taken_whole_or_not_at_all(world: World) -> None:
    size(world, 2)
    rows = [("Red", BOTH[0]), ("Blue", BOTH[1]), ("Blue", "nobody@example.org")]
    with world.database.write() as session, pytest.raises(RefusedError):
        groups.place_table(
            session, world.assignment_id, rows, actor_id=world.instructor
        )
    assert found(world).groups == []
    with world.database.write() as session:
        groups.place_table(
            session, world.assignment_id, rows[:2], actor_id=world.instructor
        )
    assert [one.name for one in found(world).groups] == ["Blue", "Red"]


@pytest.mark.parametrize(
    ("most", "name", "code"),
    [(1, "Red", "no-groups"), (2, "  ", "no-name"), (2, "x" * 121, "no-name")],
)
def test_a_group_that_cannot_be_is_refused(
    world: World, most: int, name: str, code: str
) -> None:
    size(world, most)
    with pytest.raises(RefusedError) as refused:
        place(world, name, BOTH)
    assert refused.value.code == code


def test_a_group_never_becomes_larger_than_allowed(world: World) -> None:
    size(world, 2)
    with world.database.write() as session:
        accounts.enrol(
            session,
            course_id=world.course_id,
            user_id=world.outsider,
            role=CourseRole.STUDENT,
        )
    place(world, "Red", BOTH)
    with pytest.raises(RefusedError) as refused:
        place(world, "Red", ["outsider@example.org"])
    assert refused.value.code == "group-too-large"
    assert len(found(world).groups[0].members) == 2


def test_only_instructors_change_groups(world: World) -> None:
    size(world, 2)
    with pytest.raises(ForbiddenError):
        place(world, "Red", BOTH, world.student)
    with pytest.raises(NotFoundError):
        place(world, "Red", BOTH, world.outsider)
