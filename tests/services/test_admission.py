"""Dates, pauses, late days and groups: what is accepted, refused and charged."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from grader.assignments import load_files
from grader.errors import RefusedError
from grader.models import (
    Assignment,
    Course,
    Enrolment,
    Extension,
    Group,
    GroupMember,
    Standing,
    Submission,
)
from grader.services import assignments, deadlines, late_days, queueing
from tests.services.world import NOW, SPEC, World

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BANK = {"uses_bank": True}


def setting(world: World, *, days: int = 0, **values: Any) -> None:
    with world.database.write() as session:
        assignment = session.get_one(Assignment, world.assignment_id)
        session.get_one(Course, world.course_id).late_days = days
        for name, value in values.items():
            setattr(assignment, name, value)


def extension(world: World, **values: Any) -> None:
    with world.database.write() as session:
        row = Extension(
            assignment_id=world.assignment_id,
            user_id=world.student,
            granted_by=world.instructor,
            granted_at=NOW,
            **{"extra_attempts": 0, **values},
        )
        session.merge(row)


def team(world: World) -> None:
    """Let both students hand in together."""
    with world.database.write() as session:
        group = Group(assignment_id=world.assignment_id, name="Red")
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


def refusal(world: World, user_id: int | None = None, **arguments: Any) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        world.submit(user_id, **arguments)
    return refused.value


def charged(world: World) -> list[int]:
    with world.database.read() as session:
        return list(
            session.scalars(select(Submission.late_days).order_by(Submission.number))
        )


def left(world: World, user_id: int | None = None) -> int:
    with world.database.read() as session:
        course = session.get_one(Course, world.course_id)
        return late_days.left(session, course, user_id or world.student)


def tried(world: World, at: datetime = NOW, user_id: int | None = None) -> str:
    """Hand in, and return the word for what happened."""
    try:
        world.submit(user_id, at=at)
    except RefusedError as refused:
        return refused.code
    return "accepted"


def test_an_extension_moves_the_date_of_one_student_only(world: World) -> None:
    setting(world, due_at=NOW)
    extension(world, due_at=NOW + DAY)
    world.submit(at=NOW + DAY)
    assert refusal(world, at=NOW + DAY + TICK).code == "after-deadline"
    assert refusal(world, world.other, at=NOW + TICK).code == "after-deadline"


def test_extra_time_comes_on_top_of_an_extension(world: World) -> None:
    setting(world, due_at=NOW)
    extension(world, due_at=NOW + DAY)
    with world.database.write() as session:
        session.get_one(Enrolment, (world.course_id, world.student)).extra_minutes = 60
    assert tried(world, NOW + DAY + HOUR) == "accepted"
    assert tried(world, NOW + DAY + HOUR + TICK) == "after-deadline"


def test_extra_attempts_come_on_top_of_the_limit(world: World) -> None:
    setting(world, max_attempts=1)
    extension(world, extra_attempts=1)
    assert [tried(world) for _ in range(3)] == ["accepted"] * 2 + ["attempts-used-up"]


def test_what_is_late_is_taken_as_long_as_the_policy_keeps_anything(
    world: World,
) -> None:
    setting(world, due_at=NOW, late_policy={"percent_per_day": 50})
    assert tried(world, NOW + DAY) == "accepted"
    late = refusal(world, at=NOW + DAY + TICK)
    assert late.code == "after-deadline"
    assert "Late submissions were accepted until 02 March 2026, 12:00" in late.message


def test_lateness_takes_its_share_of_the_score(world: World) -> None:
    setting(world, due_at=NOW, late_policy={"percent_per_day": 10})
    world.submit(at=NOW + DAY + HOUR)
    world.grade(5.0)
    with world.database.read() as session:
        standing = session.scalars(select(Standing)).one()
    assert (standing.adjusted, standing.penalty, standing.final) == (5.0, 1.0, 4.0)


def test_before_it_opens_staff_may_try_and_students_may_not(world: World) -> None:
    setting(world, opens_at=NOW + HOUR)
    early = refusal(world)
    assert early.code == "not-open"
    assert "01 March 2026, 13:00" in early.message
    assert tried(world, user_id=world.ta) == "accepted"
    assert tried(world, NOW + HOUR) == "accepted"


def test_who_has_left_the_course_cannot_hand_in(world: World) -> None:
    with world.database.write() as session:
        session.get_one(Enrolment, (world.course_id, world.student)).dropped_at = NOW
    assert refusal(world).code == "not-enrolled"


def test_a_pause_is_over_at_its_very_end_and_the_refusal_says_when(
    world: World,
) -> None:
    setting(world, cooldown_seconds=300)
    world.submit()
    soon = refusal(world, at=NOW + timedelta(seconds=290))
    assert soon.code == "cooling-down"
    assert "in 10 s, from 01 March 2026, 12:05:00 (UTC)" in soon.message
    assert tried(world, NOW + timedelta(seconds=300)) == "accepted"
    assert tried(world, user_id=world.other) == "accepted"


def test_parallel_submissions_never_pass_the_pause(world: World) -> None:
    setting(world, cooldown_seconds=60)
    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda _: tried(world), range(16)))
    assert sorted(seen) == ["accepted"] + ["cooling-down"] * 15


def test_late_days_are_charged_once_for_the_latest_submission(world: World) -> None:
    setting(world, days=3, due_at=NOW, late_policy=BANK)
    for at in (NOW + HOUR, NOW + 2 * HOUR, NOW + DAY + HOUR):
        world.submit(at=at)
    assert charged(world) == [1, 1, 2]
    assert left(world) == 1
    assert tried(world, NOW + 3 * DAY + TICK) == "after-deadline"


def test_an_attempt_given_back_gives_its_late_days_back(world: World) -> None:
    setting(world, days=2, due_at=NOW, late_policy=BANK)
    world.submit(at=NOW + HOUR)
    run = world.must_claim()
    with world.database.write() as session:
        row = session.scalars(select(Submission)).one()
        current = queueing._current_run(session, row.id)
        queueing.refund(session, current, "our mistake")
    assert run.submission_id == row.id
    assert left(world) == 2


def test_an_extension_granted_afterwards_gives_late_days_back(world: World) -> None:
    setting(world, days=2, due_at=NOW, late_policy=BANK)
    world.submit(at=NOW + DAY + HOUR)
    before = left(world)
    extension(world, due_at=NOW + DAY)
    assert (before, left(world)) == (0, 1)


def second(world: World) -> World:
    """Publish another assignment of the course and return the world with that one."""
    files = {"assignment.toml": SPEC.replace(b'slug = "tiny"', b'slug = "second"')}
    with world.database.write() as session:
        published = assignments.publish(
            session,
            world.store,
            course_id=world.course_id,
            assignment=load_files({**files, "handout.md": b"# Second"}),
            now=NOW,
        )
    return replace(world, assignment_id=published.assignment_id)


def test_late_days_are_those_of_the_whole_course(world: World) -> None:
    other = second(world)
    for each in (world, other):
        setting(each, days=2, due_at=NOW, late_policy=BANK)
    world.submit(at=NOW + HOUR)
    other.submit(at=NOW + HOUR)
    assert left(world) == 0
    assert tried(other, NOW + DAY + HOUR) == "after-deadline"
    assert tried(other, NOW + 2 * HOUR) == "accepted"


def test_parallel_submissions_never_take_more_late_days_than_there_are(
    world: World,
) -> None:
    both = (world, second(world))
    for each in both:
        setting(each, days=1, due_at=NOW, late_policy=BANK)
    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda n: tried(both[n % 2], NOW + HOUR), range(16)))
    assert sorted(seen) == ["accepted"] * 8 + ["after-deadline"] * 8
    assert left(world) == 0


def test_a_group_shares_its_attempts_and_its_pause(world: World) -> None:
    setting(world, group_size=2, max_attempts=2, cooldown_seconds=60)
    team(world)
    later = NOW + timedelta(seconds=60)
    assert tried(world, NOW, world.other) == "accepted"
    assert tried(world, NOW, world.student) == "cooling-down"
    assert tried(world, later, world.student) == "accepted"
    used_up = refusal(world, world.other, at=NOW + DAY)
    assert used_up.code == "attempts-used-up"
    assert "all your group's 2 attempts" in used_up.message


def test_parallel_submissions_of_a_group_never_pass_the_limit(world: World) -> None:
    setting(world, group_size=2, max_attempts=3)
    team(world)
    people = (world.student, world.other)
    with ThreadPoolExecutor(16) as pool:
        seen = list(pool.map(lambda n: tried(world, NOW, people[n % 2]), range(16)))
    assert seen.count("accepted") == 3
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 3


def test_every_member_of_a_group_pays_its_late_days(world: World) -> None:
    setting(world, group_size=2, days=2, due_at=NOW, late_policy=BANK)
    team(world)
    world.submit(at=NOW + HOUR)
    assert (left(world), left(world, world.other)) == (1, 1)


def statements(world: World, **arguments: Any) -> int:
    seen = []
    engine = world.database.engine

    def count(*_: object) -> None:
        seen.append(1)

    event.listen(engine, "before_cursor_execute", count)
    world.submit(**arguments)
    event.remove(engine, "before_cursor_execute", count)
    return len(seen)


def test_an_ordinary_submission_asks_the_database_nothing_about_rules(
    world: World,
) -> None:
    world.submit()
    plain = statements(world)
    setting(world, days=3, due_at=NOW, late_policy=BANK, cooldown_seconds=1)
    extension(world, extra_attempts=1)
    assert statements(world, at=NOW + HOUR) > plain
    setting(world, cooldown_seconds=0)
    assert statements(world, at=NOW) == plain


def terms(world: World, now: datetime = NOW) -> deadlines.Terms:
    with world.database.read() as session:
        return deadlines.for_student(
            session, world.assignment_id, world.student, now=now
        )


def test_a_student_reads_what_holds_for_them(world: World) -> None:
    setting(
        world,
        days=3,
        due_at=NOW,
        max_attempts=3,
        cooldown_seconds=60,
        late_policy={**BANK, "percent_per_day": 10},
    )
    extension(world, extra_attempts=1)
    world.submit(at=NOW + HOUR)
    seen = terms(world, NOW + HOUR)
    assert (seen.due_at, seen.is_extended) == (NOW, False)
    assert (seen.attempts_used, seen.attempts_left, seen.most_attempts) == (1, 3, 4)
    assert (seen.late_days_left, seen.late_days) == (2, 3)
    assert seen.next_at == NOW + HOUR + timedelta(seconds=60)
    assert seen.last_moment == NOW + 12 * DAY
    assert seen.closed == ""
    assert terms(world, NOW + 12 * DAY + TICK).closed.startswith("The last moment")


def test_after_the_last_moment_of_everybody_nothing_more_can_come(
    world: World,
) -> None:
    setting(world, days=2, due_at=NOW, late_policy=BANK)
    extension(world, due_at=NOW + DAY)
    with world.database.write() as session:
        session.get_one(Enrolment, (world.course_id, world.other)).extra_minutes = 120
    with world.database.read() as session:
        last = deadlines.last_moment(session, world.assignment_id)
    assert last == NOW + 3 * DAY
    assert tried(world, last + TICK) == "after-deadline"
    assert tried(world, last) == "accepted"


def test_the_policy_is_said_in_words(world: World) -> None:
    setting(
        world,
        days=3,
        due_at=NOW,
        cooldown_seconds=300,
        late_policy={**BANK, "grace_minutes": 15, "percent_per_day": 10},
    )
    with world.database.read() as session:
        terms = deadlines.for_student(
            session, world.assignment_id, world.student, now=NOW
        )
    assert terms.policy == (
        "Up to 15 min late costs nothing.",
        "Late days of the course are used first, as many as help. Each student has "
        "3 late days for all assignments together.",
        "Each day late that has begun takes 10 % of the earned points.",
        "After an attempt there is a pause of 5 min before the next.",
    )
