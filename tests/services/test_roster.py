"""The roster: roles that end at once, leaving, coming back, tables and join codes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.models import Assignment, CourseRole, Standing, User
from grader.services import (
    accounts,
    courses,
    join_codes,
    roster,
    roster_imports,
    roster_table,
)
from grader.services.roster_imports import Done, Plan
from tests.services.world import NOW, World

TABLE = """name,email,sid,section,role
Student,student@example.org,17,B,
New One,new@example.org,18,B,
Outsider,outsider@example.org,,A,ta
"""


def change_role(
    world: World, user: int, role: CourseRole, actor: int | None = None
) -> None:
    with world.database.write() as session:
        roster.change_role(
            session, world.course_id, user, role, actor_id=actor or world.instructor
        )


def role(world: World, user_id: int) -> CourseRole | None:
    with world.database.read() as session:
        return accounts.role_in(session, user_id, world.course_id)


def mark(world: World, user_id: int) -> str:
    with world.database.read() as session:
        return session.get_one(User, user_id).fs_uniquifier


def test_fewer_rights_hold_at_once_and_end_every_session(world: World) -> None:
    change_role(world, world.ta, CourseRole.INSTRUCTOR)
    promoted = mark(world, world.ta)
    change_role(world, world.ta, CourseRole.STUDENT)
    assert role(world, world.ta) is CourseRole.STUDENT
    assert mark(world, world.ta) != promoted
    with pytest.raises(ForbiddenError):
        change_role(world, world.student, CourseRole.TA, actor=world.ta)


def test_the_last_instructor_can_neither_be_demoted_nor_leave(world: World) -> None:
    with pytest.raises(RefusedError) as refused:
        change_role(world, world.instructor, CourseRole.TA)
    assert refused.value.code == "last-instructor"
    with world.database.write() as session, pytest.raises(RefusedError):
        roster.drop(
            session, world.course_id, world.instructor, actor_id=world.instructor
        )
    assert role(world, world.instructor) is CourseRole.INSTRUCTOR


def test_two_instructors_cannot_demote_each_other_at_once(world: World) -> None:
    change_role(world, world.ta, CourseRole.INSTRUCTOR)
    pair = [(world.ta, world.instructor), (world.instructor, world.ta)]

    def demote(who: tuple[int, int]) -> str:
        try:
            change_role(world, who[0], CourseRole.STUDENT, actor=who[1])
        except (RefusedError, ForbiddenError) as refused:
            return type(refused).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        seen = list(pool.map(demote, pair))
    assert seen.count("done") == 1
    left = [role(world, user) for user in (world.ta, world.instructor)]
    assert left.count(CourseRole.INSTRUCTOR) == 1


@pytest.mark.parametrize("actor", ["ta", "student", "outsider"])
def test_nobody_else_changes_the_roster(world: World, actor: str) -> None:
    with pytest.raises((ForbiddenError, NotFoundError)):
        change_role(
            world, world.student, CourseRole.INSTRUCTOR, actor=getattr(world, actor)
        )
    with (
        world.database.write() as session,
        pytest.raises((ForbiddenError, NotFoundError)),
    ):
        join_codes.renew(session, world.course_id, actor_id=getattr(world, actor))


def test_who_has_left_has_no_rights_and_gets_them_back(world: World) -> None:
    with world.database.write() as session:
        roster.drop(session, world.course_id, world.ta, actor_id=world.instructor)
    gone = role(world, world.ta)
    with world.database.read() as session:
        cards = courses.courses_of(session, world.ta)
    with world.database.write() as session:
        roster.restore(session, world.course_id, world.ta, actor_id=world.instructor)
    assert (gone, cards) == (None, [])
    assert role(world, world.ta) is CourseRole.TA


def test_extra_time_settles_the_scores_of_every_assignment(world: World) -> None:
    with world.database.write() as session:
        row = session.get_one(Assignment, world.assignment_id)
        row.due_at, row.late_policy = NOW, {"percent_per_day": 50}
    world.submit(at=NOW.replace(hour=13))
    world.grade(6.0)
    with world.database.write() as session:
        roster.change_details(
            session,
            world.course_id,
            world.student,
            section="  Lab   1 ",
            extra_minutes=60,
            actor_id=world.instructor,
        )
    with world.database.read() as session:
        member = roster.member(session, world.course_id, world.student)
        assert session.scalars(select(Standing.final)).one() == 6.0
    assert (member.section, member.extra_minutes) == ("Lab 1", 60)


def plan(world: World, text: str = TABLE) -> Plan:
    with world.database.read() as session:
        return roster_imports.plan(
            session, world.course_id, roster_table.read(text).rows
        )


def apply(world: World, text: str = TABLE, *, drop_missing: bool = True) -> Done:
    rows = roster_table.read(text).rows
    hashes = {row.email: ("word", "hash") for row in rows}
    with world.database.write() as session:
        return roster_imports.apply(
            session,
            world.course_id,
            rows,
            passwords=hashes,
            drop_missing=drop_missing,
            actor_id=world.instructor,
        )


def test_a_dry_run_says_what_would_happen_and_changes_nothing(world: World) -> None:
    seen = plan(world)
    assert [row.email for row in seen.new] == ["new@example.org"]
    assert [row.email for row in seen.enrolled] == ["outsider@example.org"]
    assert [one.words for one in seen.updates] == ["section B; number 17"]
    assert [one.email for one in seen.missing] == ["other@example.org"]
    assert role(world, world.outsider) is None


def test_a_table_is_applied_as_the_dry_run_said_and_a_second_time_does_nothing(
    world: World,
) -> None:
    done = apply(world)
    assert [one.email for one in done.passwords] == ["new@example.org"]
    assert (done.enrolled, done.updated, done.dropped, done.left) == (1, 1, 1, 0)
    assert role(world, world.outsider) is CourseRole.TA
    assert role(world, world.other) is None
    again = plan(world)
    assert (again.new, again.enrolled, again.updates, again.missing) == ([], [], [], [])
    assert again.unchanged == 3


def test_whom_the_table_does_not_name_stays_unless_told_otherwise(
    world: World,
) -> None:
    apply(world, drop_missing=False)
    assert role(world, world.other) is CourseRole.STUDENT
    assert role(world, world.ta) is CourseRole.TA


def test_who_had_left_comes_back_with_the_table(world: World) -> None:
    with world.database.write() as session:
        roster.drop(session, world.course_id, world.student, actor_id=world.instructor)
    (update,) = plan(world).updates
    apply(world, drop_missing=False)
    assert update.words.startswith("comes back")
    assert role(world, world.student) is CourseRole.STUDENT


def test_a_table_cannot_demote_the_last_instructor(world: World) -> None:
    with pytest.raises(RefusedError):
        apply(world, "email,role\ninstructor@example.org,student\n")
    assert role(world, world.instructor) is CourseRole.INSTRUCTOR
    assert role(world, world.other) is CourseRole.STUDENT


def test_passwords_of_new_people_can_be_used_and_are_all_different(
    world: World,
) -> None:
    text = "email\na@example.org\nb@example.org\n"
    made = roster_imports.prepare_passwords(plan(world, text))
    assert made.keys() == {"a@example.org", "b@example.org"}
    (first, hash_), (second, _) = made.values()
    assert first != second
    assert hash_.startswith("$argon2id$")


def test_a_join_code_makes_students_until_it_is_renewed_or_stopped(
    world: World,
) -> None:
    with world.database.write() as session:
        old = join_codes.renew(session, world.course_id, actor_id=world.instructor)
        new = join_codes.renew(session, world.course_id, actor_id=world.instructor)
    with world.database.write() as session, pytest.raises(RefusedError):
        join_codes.join(session, old, user_id=world.outsider)
    with world.database.write() as session:
        slug = join_codes.join(session, f" {new.upper()} ", user_id=world.outsider)
        join_codes.join(session, new, user_id=world.ta)
        join_codes.stop(session, world.course_id, actor_id=world.instructor)
    assert (slug, role(world, world.outsider)) == ("bp", CourseRole.STUDENT)
    assert role(world, world.ta) is CourseRole.TA
    for code in (new, "", "None"):
        with world.database.write() as session, pytest.raises(RefusedError):
            join_codes.join(session, code, user_id=world.other)


def test_who_was_taken_out_cannot_join_again(world: World) -> None:
    with world.database.write() as session:
        roster.drop(session, world.course_id, world.student, actor_id=world.instructor)
        code = join_codes.renew(session, world.course_id, actor_id=world.instructor)
    with world.database.write() as session, pytest.raises(RefusedError) as refused:
        join_codes.join(session, code, user_id=world.student)
    assert refused.value.code == "has-left"
    assert role(world, world.student) is None
