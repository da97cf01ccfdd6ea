"""The numbers of the monitoring, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from grader.models import GradingRun
from grader.report import ReportStatus
from grader.services import alarms, health, runs
from grader.services.alarms import AlarmKind
from grader.services.exposition import Family
from grader.services.metrics import collect
from tests.services.world import World, report


def collected(world: World) -> dict[str, Family]:
    with world.database.read() as session:
        return {family.name: family for family in collect(session, blob_bytes=12)}


def values(family: Family) -> dict[str, float]:
    return {
        " ".join((*sample.labels.values(), sample.suffix)).strip(): sample.value
        for sample in family.samples
    }


def test_an_empty_service_shows_every_number_as_zero(world: World) -> None:
    families = collected(world)

    assert values(families["grader_queue_length"]) == {"live": 0, "bulk": 0}
    assert set(values(families["grader_alarms_open"])) == set(AlarmKind)
    assert values(families["grader_runs_finished_total"]) == {
        "graded": 0,
        "needs_attention": 0,
        "superseded": 0,
    }
    assert values(families["grader_oldest_wait_seconds"]) == {"": 0}
    assert families["grader_run_seconds"].samples == ()


def test_what_waits_runs_and_ended_is_counted(world: World) -> None:
    world.limit_attempts(100)
    first = world.submit()
    world.grade()
    world.submit()
    broken = world.must_claim()
    with world.database.write() as session:
        runs.finish(session, broken, report(0.0, ReportStatus.NEEDS_ATTENTION))
        runs.rerun(session, first.submission_id, world.ta)
    world.submit(world.other)
    world.must_claim()
    world.submit()

    families = collected(world)

    assert values(families["grader_queue_length"]) == {"live": 1, "bulk": 1}
    assert values(families["grader_runs_running"]) == {"": 1}
    finished = values(families["grader_runs_finished_total"])
    assert (finished["graded"], finished["needs_attention"]) == (1, 1)
    assert values(families["grader_attempts_refunded_total"]) == {"": 1}
    assert values(families["grader_oldest_wait_seconds"])[""] > 0
    assert values(families["grader_blob_bytes"]) == {"": 12}


def test_workers_their_places_and_open_alarms_are_counted(world: World) -> None:
    with world.database.write() as session:
        health.worker_beat(session, "w1", answered=True, slots=3)
        health.worker_beat(session, "w2", answered=True, slots=2)
        alarms.sound(session, AlarmKind.NO_WORKER, subject="")

    families = collected(world)

    assert values(families["grader_workers_alive"]) == {"": 2}
    assert values(families["grader_slots"]) == {"": 5}
    assert values(families["grader_alarms_open"])["no-worker"] == 1


def test_the_seconds_of_graded_runs_are_summed_by_assignment(world: World) -> None:
    world.limit_attempts(100)
    for seconds in (1.5, 2.0):
        world.submit()
        job = world.grade()
        with world.database.write() as session:
            begun = session.scalars(
                select(GradingRun.started_at).where(GradingRun.id == job.run_id)
            ).one()
            assert begun is not None
            session.execute(
                update(GradingRun)
                .where(GradingRun.id == job.run_id)
                .values(finished_at=begun + timedelta(seconds=seconds))
            )

    seen = values(collected(world)["grader_run_seconds"])

    assert seen["bp/tiny _count"] == 2
    # SQLite's day numbers resolve about 0.1 ms.
    assert seen["bp/tiny _sum"] == pytest.approx(3.5, abs=1e-3)
