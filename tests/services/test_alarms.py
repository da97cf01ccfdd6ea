"""Alarms are kept once while they last, and keep their worker from claiming."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from grader.errors import NotFoundError
from grader.models import Alarm, RunStatus
from grader.services import alarms, sweeping
from grader.services.alarm_words import WORDS
from grader.services.alarms import AlarmKind
from tests.services.world import World


def sound(
    world: World,
    worker: str = "w1",
    *,
    kind: AlarmKind = AlarmKind.JAIL_NOT_LOCKED,
    **more: Any,
) -> None:
    with world.database.write() as session:
        alarms.sound(
            session,
            kind,
            subject=worker,
            worker=worker,
            **{"problems": ["Seccomp is 0"], "quarantine_seconds": 600.0, **more},
        )


def recent(world: World) -> list[alarms.AlarmView]:
    with world.database.read() as session:
        return alarms.recent(session)


def resolve(world: World, alarm_id: int) -> None:
    with world.database.write() as session:
        alarms.resolve(session, alarm_id, world.instructor)


def test_a_worker_with_an_alarm_claims_nothing_and_others_do(world: World) -> None:
    world.submit()
    sound(world, "w1")

    assert world.claim("w1") is None
    assert world.claim("w2") is not None


def test_after_its_time_the_worker_claims_again(world: World) -> None:
    world.submit()
    sound(world, "w1", quarantine_seconds=-1.0)

    assert world.claim("w1") is not None


def test_an_alarm_without_a_quarantine_keeps_nobody_from_claiming(
    world: World,
) -> None:
    world.submit()
    sound(world, "w1", kind=AlarmKind.BLOB_DAMAGED, quarantine_seconds=None)

    assert world.claim("w1") is not None


def test_what_goes_on_is_one_alarm_with_what_was_seen_last(world: World) -> None:
    sound(world)
    sound(world, problems=["Threads is 2"], facts={"kernel": "Linux 6.1"})

    [alarm] = recent(world)

    assert alarm.count == 2
    assert alarm.first_seen < alarm.last_seen
    assert alarm.problems == ("Threads is 2",)
    assert alarm.facts == {"kernel": "Linux 6.1"}


def test_each_kind_and_each_subject_has_an_alarm_of_its_own(world: World) -> None:
    sound(world, "w1")
    sound(world, "w2")
    sound(world, "w1", kind=AlarmKind.WORKER_SICK)

    assert [alarm.count for alarm in recent(world)] == [1, 1, 1]


def test_open_alarms_come_first_and_the_newest_of_them_before_others(
    world: World,
) -> None:
    for worker in ("w1", "w2", "w3"):
        sound(world, worker)
    resolve(world, recent(world)[0].id)

    assert [alarm.worker for alarm in recent(world)] == ["w2", "w1", "w3"]


def test_a_resolved_alarm_names_who_did_it_and_the_next_one_is_new(
    world: World,
) -> None:
    sound(world)
    resolve(world, recent(world)[0].id)
    sound(world)

    new, old = recent(world)

    assert (new.is_open, new.count) == (True, 1)
    assert (old.is_open, old.resolved_by) == (False, "Instructor")


def test_resolving_twice_keeps_the_first_name(world: World) -> None:
    sound(world)
    [alarm] = recent(world)
    resolve(world, alarm.id)
    with world.database.write() as session:
        alarms.resolve(session, alarm.id, world.ta)

    assert recent(world)[0].resolved_by == "Instructor"


def test_an_alarm_that_does_not_exist_cannot_be_resolved(world: World) -> None:
    with pytest.raises(NotFoundError):
        resolve(world, 4711)


def test_what_is_over_by_itself_names_nobody(world: World) -> None:
    sound(world, kind=AlarmKind.NO_WORKER)

    with world.database.write() as session:
        ended = alarms.end(session, AlarmKind.NO_WORKER, "w1")
        again = alarms.end(session, AlarmKind.NO_WORKER, "w1")

    assert (ended, again) == (True, False)
    [alarm] = recent(world)
    assert (alarm.is_open, alarm.resolved_by) == (False, "")


def test_open_alarms_are_counted_by_kind_and_none_is_left_out(world: World) -> None:
    sound(world, "w1")
    sound(world, "w2")
    sound(world, "w3", kind=AlarmKind.CLOCK_SKEW)
    resolve(world, recent(world)[0].id)

    with world.database.read() as session:
        counts = alarms.open_counts(session)

    assert counts[AlarmKind.JAIL_NOT_LOCKED] == 2
    assert set(counts) == set(AlarmKind)
    assert sum(counts.values()) == 2


def test_an_alarm_that_is_over_is_forgotten_after_a_month_and_an_open_one_is_not(
    world: World,
) -> None:
    sound(world, "open")
    sound(world, "over")
    resolve(world, recent(world)[0].id)
    with world.database.write() as session:
        for alarm in session.scalars(select(Alarm)):
            alarm.last_seen -= timedelta(days=alarms.SHOWN_DAYS + 1)

    assert [alarm.worker for alarm in recent(world)] == ["open"]


def test_a_text_that_no_database_takes_does_not_lose_the_alarm(world: World) -> None:
    sound(world, problems=["Seccomp is \0" + "x" * 5000], facts={"log": "\0y"})

    [alarm] = recent(world)
    assert alarm.problems[0].startswith("Seccomp is x")
    assert len(alarm.problems[0]) == 500
    assert alarm.facts == {"log": "y"}


def test_a_submission_that_comes_to_an_end_without_a_grade_sounds_one_alarm(
    world: World,
) -> None:
    receipt = world.submit()
    for _ in range(sweeping.LOST_WORKER_LIMIT):
        job = world.must_claim()
        world.expire(job.run_id)
        with world.database.write() as session:
            sweeping.sweep(session)

    assert world.run(receipt.run_id).status is RunStatus.NEEDS_ATTENTION
    [alarm] = recent(world)
    assert alarm.kind is AlarmKind.POISON_SUBMISSION
    assert uuid.UUID(alarm.run_id) == uuid.UUID(receipt.run_id)
    assert uuid.UUID(alarm.submission_id) == uuid.UUID(receipt.submission_id)
    assert alarm.facts == {"crash_strikes": "0", "lost_workers": "8"}


def test_every_kind_says_what_happened_and_what_to_do() -> None:
    assert set(WORDS) == set(AlarmKind)
    for words in WORDS.values():
        assert words.title.endswith(".")
        assert words.advice.endswith(".")
