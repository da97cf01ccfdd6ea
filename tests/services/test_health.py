"""Who works and what waits."""

from datetime import timedelta

from sqlalchemy import select, update

from grader.db import database_now
from grader.models import GradingRun, WorkerBeat
from grader.services import alarms, health
from grader.services.alarms import AlarmKind
from grader.services.health import Health
from tests.services.world import World


def beat(world: World, worker: str, **said: object) -> None:
    with world.database.write() as session:
        health.worker_beat(session, worker, **said)  # type: ignore[arg-type]


def status(world: World) -> Health:
    with world.database.read() as session:
        return health.status(session)


def age_everything(world: World, **by: float) -> None:
    age_runs(world, **by)
    with world.database.write() as session:
        then = database_now(session) - timedelta(**by)
        session.execute(update(WorkerBeat).values(beat_at=then))


def age_runs(world: World, **by: float) -> None:
    with world.database.write() as session:
        then = database_now(session) - timedelta(**by)
        session.execute(update(GradingRun).values(created_at=then))


def test_what_waits_and_runs_is_counted(world: World) -> None:
    for _ in range(2):
        world.submit(world.other)
        world.must_claim()
    world.submit()
    seen = status(world)
    assert (seen.queued, seen.running, seen.needs_attention) == (1, 2, 0)


def test_a_worker_lives_from_its_first_answer_to_a_minute_after_its_last_beat(
    world: World,
) -> None:
    beat(world, "w1", host="h", pid=1)
    assert status(world).workers_alive == 0
    beat(world, "w1", answered=True)
    assert status(world).workers_alive == 1
    age_everything(world, seconds=61)
    assert status(world).workers_alive == 0


def test_waiting_work_without_workers_is_a_stall(world: World) -> None:
    world.submit()
    assert not status(world).is_stalled
    age_everything(world, seconds=61)
    assert status(world).is_stalled
    beat(world, "w1", answered=True)
    assert not status(world).is_stalled


def test_what_hinders_a_worker_is_told_until_it_is_well_again(world: World) -> None:
    beat(world, "w1", answered=True, problem="no jail")
    beat(world, "w1")
    assert status(world).problems == ("no jail",)
    beat(world, "w1", problem="", jail_tier="T1")
    assert status(world).problems == ()


def test_a_worker_that_is_set_apart_is_no_capacity_and_still_hears_bells(
    world: World,
) -> None:
    world.submit()
    beat(world, "w1", answered=True, slots=2)
    age_runs(world, seconds=61)
    with world.database.write() as session:
        alarms.sound(
            session,
            AlarmKind.JAIL_NOT_LOCKED,
            subject="w1",
            worker="w1",
            quarantine_seconds=600.0,
        )
        seen, slots = health.glance(session), health.slots(session)

    found = status(world)
    assert (found.workers_alive, found.workers_fit, found.is_stalled) == (1, 0, True)
    assert (seen.listeners, seen.fit, seen.is_stalled, slots) == (1, 0, True, 0)


def test_a_worker_that_says_what_hinders_it_is_fit_only_while_it_holds_a_run(
    world: World,
) -> None:
    beat(world, "w1", answered=True, problem="one of two processes has no jail")
    before = status(world).workers_fit
    world.submit()
    job = world.must_claim("w1")
    during = status(world).workers_fit
    world.expire(job.run_id)

    assert (before, during, status(world).workers_fit) == (0, 1, 0)


def test_a_janitor_sees_at_a_glance_what_there_is_to_do(world: World) -> None:
    world.submit(world.other)
    job = world.must_claim()
    world.submit()
    world.expire(job.run_id)
    beat(world, "w1", answered=True)
    with world.database.read() as session:
        seen = health.glance(session)
    assert (seen.expired, seen.queued, seen.listeners, seen.fit) == (1, 1, 1, 1)


def test_beats_of_last_week_are_forgotten(world: World) -> None:
    beat(world, "old")
    age_everything(world, days=8)
    beat(world, "new")
    with world.database.write() as session:
        health.forget_old_workers(session)
        left = list(session.scalars(select(WorkerBeat.worker)))
    assert left == ["new"]
