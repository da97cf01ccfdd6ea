"""Runs of dead workers come back, and what killed them is told apart."""

from concurrent.futures import ThreadPoolExecutor

from grader.models import RunStatus
from grader.services import alarms, health, runs, submissions
from grader.services.alarms import AlarmKind
from grader.services.runs import GradeJob
from grader.services.sweeping import (
    CRASH_LIMIT,
    LOST_WORKER_LIMIT,
    Swept,
    sweep,
    was_away,
)
from tests.services.world import World

# Shorter than since the server of these tests was started.
MOMENT_SECONDS = 0.5


def swept(world: World, grace: float = 0.0) -> Swept:
    with world.database.write() as session:
        return sweep(session, grace_seconds=grace)


def die(world: World, worker: str = "w1", *, parent_lives: bool) -> GradeJob:
    """Claim a run and let its process vanish, with or without the whole worker."""
    job = world.must_claim(worker)
    world.expire(job.run_id)
    if parent_lives:
        with world.database.write() as session:
            health.worker_beat(session, worker)
    return job


def used(world: World) -> int:
    with world.database.read() as session:
        return submissions.attempts_used(
            session, assignment_id=world.assignment_id, user_id=world.student
        )


def test_a_living_lease_is_left_alone(world: World) -> None:
    world.submit()
    job = world.must_claim()
    assert swept(world) == Swept(requeued=0, broken=0)
    assert world.run(job.run_id).status is RunStatus.RUNNING


def test_an_expired_lease_puts_the_run_back(world: World) -> None:
    world.submit()
    job = die(world, parent_lives=False)
    assert swept(world) == Swept(requeued=1, broken=0)
    assert world.must_claim("w2").run_id == job.run_id


def test_many_sweepers_at_once_count_one_loss(world: World) -> None:
    world.submit()
    job = die(world, parent_lives=False)
    with ThreadPoolExecutor(4) as pool:
        total = sum(s.requeued for s in pool.map(lambda _: swept(world), range(4)))
    assert total == 1
    assert world.run(job.run_id).lost_workers == 1


def test_a_grace_period_gives_every_lease_more_time(world: World) -> None:
    world.submit()
    die(world, parent_lives=False)
    assert swept(world, grace=7200.0).requeued == 0
    assert swept(world).requeued == 1


def test_a_dead_process_under_a_living_worker_is_a_crash_strike(world: World) -> None:
    world.submit()
    job = die(world, parent_lives=True)
    swept(world)
    run = world.run(job.run_id)
    assert (run.crash_strikes, run.lost_workers) == (1, 0)


def test_a_lost_worker_is_no_crash_strike(world: World) -> None:
    world.submit()
    with world.database.write() as session:
        health.worker_beat(session, "w1")
    job = world.must_claim("w1")
    with world.database.write() as session:
        # Its processes renew the lease of the run and the sign of life together.
        runs.heartbeat(session, job, 0.0)
    assert swept(world).requeued == 1
    run = world.run(job.run_id)
    assert (run.crash_strikes, run.lost_workers) == (0, 1)


def test_a_submission_that_kills_its_grader_ends_after_three_strikes(
    world: World,
) -> None:
    world.submit()
    for strike in range(CRASH_LIMIT):
        job = die(world, f"w{strike}", parent_lives=True)
        outcome = swept(world)
    assert outcome == Swept(requeued=0, broken=1)
    run = world.run(job.run_id)
    assert run.status is RunStatus.NEEDS_ATTENTION
    assert run.problem == "The process that graded it died."
    assert used(world) == 0


def test_an_honest_submission_survives_seven_lost_workers(world: World) -> None:
    world.submit()
    for loss in range(LOST_WORKER_LIMIT - 1):
        job = die(world, f"w{loss}", parent_lives=False)
        assert swept(world).requeued == 1
    world.grade()
    assert world.run(job.run_id).status is RunStatus.GRADED
    assert used(world) == 1


def test_every_return_is_noted(world: World) -> None:
    world.submit()
    die(world, parent_lives=False)
    swept(world)
    assert world.audit() == ["submitted", "requeued"]


def test_what_another_sweeper_noted_says_that_the_database_was_away(
    world: World,
) -> None:
    with world.database.read() as session:
        before = was_away(session, MOMENT_SECONDS)
    with world.database.write() as session:
        alarms.sound(session, AlarmKind.STORAGE_FULL, subject="x")
        of_another_kind = was_away(session, MOMENT_SECONDS)
        alarms.sound(session, AlarmKind.DATABASE_AWAY, subject="x")

        assert not before
        assert not of_another_kind
        assert was_away(session, MOMENT_SECONDS)


def test_a_server_that_has_just_started_was_away_and_a_file_never_starts(
    world: World,
) -> None:
    with world.database.read() as session:
        is_server = session.connection().dialect.name == "postgresql"

        assert was_away(session, 1e6) is is_server
        assert not was_away(session, 0.0)
