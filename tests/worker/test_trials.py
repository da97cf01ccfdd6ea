"""Trials in the worker: they make way for students and survive their worker."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from sqlalchemy import update

from grader.contract.messages import Bundle
from grader.db import Database, database_now
from grader.errors import JailNotLockedError
from grader.models import Trial, TrialState, WorkerBeat
from grader.services import trial_queue, trials
from grader.storage import BlobStore
from grader.validation.bench import Bench
from tests.checks.fake_jail import FakeJail
from tests.services.world import World, make_world, tiny
from tests.worker.test_loop import make_worker
from worker.loop import Drained, Worker
from worker.trials import TrialRunner

SOLUTION = b"""
import numpy as np


class ReLU:
    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        self.mask = x > 0
        return np.where(self.mask, x, 0.0)

    def backward(self, grad_out):
        return grad_out * self.mask
"""


class Standing(FakeJail):
    """A jail without walls that a worker can keep."""

    tier = "T9"

    def close(self) -> None:
        pass


class Unlocked(Standing):
    def open(self, bundle: Bundle) -> NoReturn:
        raise JailNotLockedError(["Seccomp is 0"])


@pytest.fixture
def world(database: Database, store: BlobStore) -> World:
    return make_world(database, store)


def order(world: World, files: dict[str, bytes] | None = None) -> uuid.UUID:
    if files is None:
        files = {**tiny().files, "solution/tiny.py": SOLUTION}
    manifest = {name: world.store.put(content) for name, content in files.items()}
    with world.database.write() as session:
        return uuid.UUID(
            trials.order(
                session,
                course_id=world.course_id,
                slug="tiny",
                digest=tiny().digest,
                manifest=manifest,
                actor_id=world.instructor,
            )
        )


def row(world: World, trial_id: uuid.UUID) -> Trial:
    with world.database.read() as session:
        trial = session.get_one(Trial, trial_id)
        _ = trial.report
        return trial


def worker(world: World, jail: type = Standing, **changes: Any) -> Worker:
    return make_worker(world, jail_factory=jail, **changes)


def after_steps(
    monkeypatch: pytest.MonkeyPatch, count: int, act: Callable[[], object]
) -> None:
    """Let something happen once so many programs have run."""
    real, seen = Bench.step, []

    def step(self: Bench, kept: dict[str, Any]) -> dict[str, Any]:
        found = real(self, kept)
        seen.append(found["done"])
        if len(seen) == count:
            act()
        return found

    monkeypatch.setattr(Bench, "step", step)


def end_lease(world: World, trial_id: uuid.UUID) -> None:
    with world.database.write() as session:
        past = database_now(session) - timedelta(hours=1)
        session.execute(
            update(Trial).where(Trial.id == trial_id).values(lease_until=past)
        )


def test_a_trial_is_done_when_nobody_waits_and_its_report_is_stored(
    world: World,
) -> None:
    trial_id = order(world)
    assert worker(world).drain(60.0) == Drained(0, more=True)
    done = row(world, trial_id)
    assert done.state is TrialState.DONE
    assert done.progress == done.total
    assert done.report is not None
    assert done.report["holds"]
    assert [one["score"] for one in done.report["trials"]] == [6.0]
    assert {one["fate"] for one in done.report["mistakes"]} >= {"caught"}


def test_a_submission_that_arrives_meanwhile_is_graded_before_the_next_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_id = order(world)
    after_steps(monkeypatch, 2, world.submit)
    process = worker(world)
    assert process.drain(60.0) == Drained(0, more=True)
    paused = row(world, trial_id)
    assert (paused.state, paused.progress) == (TrialState.QUEUED, 2)
    assert process.drain(60.0) == Drained(1, more=True)
    done = row(world, trial_id)
    assert done.state is TrialState.DONE
    assert done.report is not None
    assert len(done.report["trials"]) == 1


def test_a_submission_need_not_wait_for_the_end_of_a_sample(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_id = order(world)
    real, asked = TrialRunner._make_way, []

    def make_way(self: TrialRunner, *deadline: float) -> None:
        asked.append(deadline)
        if len(asked) == 3:
            world.submit()
        real(self, *deadline)

    monkeypatch.setattr(TrialRunner, "_make_way", make_way)
    worker(world).drain(60.0)
    paused = row(world, trial_id)
    assert (paused.state, paused.progress, len(asked)) == (TrialState.QUEUED, 0, 3)


def test_nothing_is_tried_out_while_a_submission_waits(world: World) -> None:
    order(world)
    world.submit()
    with world.database.write() as session:
        job = trial_queue.claim(session, worker="w1", lease_seconds=30)
    assert job is None


def test_a_worker_that_is_asked_to_stop_puts_its_trial_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_id, asked = order(world), []
    after_steps(monkeypatch, 3, lambda: asked.append(True))
    worker(world, should_stop=lambda: bool(asked)).drain(60.0)
    back = row(world, trial_id)
    assert (back.state, back.token, back.progress) == (TrialState.QUEUED, None, 3)
    assert back.attempts == 0


def test_another_worker_goes_on_where_a_dead_one_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_id = order(world)
    after_steps(monkeypatch, 2, world.submit)
    worker(world).drain(60.0)
    world.grade()
    with world.database.write() as session:
        assert trial_queue.claim(session, worker="dies", lease_seconds=30)
    assert worker(world, worker_id="w2").drain(60.0) == Drained(0, more=False)
    end_lease(world, trial_id)
    steps: list[int] = []
    real = Bench.step

    def counted(self: Bench, kept: dict[str, Any]) -> dict[str, Any]:
        steps.append(kept["done"])
        return real(self, kept)

    monkeypatch.setattr(Bench, "step", counted)
    worker(world, worker_id="w2").drain(60.0)
    assert row(world, trial_id).state is TrialState.DONE
    assert steps[0] == 2


def test_a_trial_that_kills_its_workers_fails_and_says_so(world: World) -> None:
    trial_id = order(world)
    for _ in range(trial_queue.MOST_ATTEMPTS):
        with world.database.write() as session:
            assert trial_queue.claim(session, worker="dies", lease_seconds=30)
        end_lease(world, trial_id)
    with world.database.write() as session:
        assert trial_queue.claim(session, worker="w2", lease_seconds=30) is None
    failed = row(world, trial_id)
    assert failed.state is TrialState.FAILED
    assert "ended 3 times at the same step" in failed.problem


def test_files_that_are_no_assignment_fail_with_the_loaders_words(
    world: World,
) -> None:
    trial_id = order(world, {"assignment.toml": b"format = 1\n"})
    worker(world).drain(60.0)
    failed = row(world, trial_id)
    assert failed.state is TrialState.FAILED
    assert "assignment.toml: slug: is required" in failed.problem


def test_a_file_name_that_leads_out_of_the_folder_is_refused(world: World) -> None:
    trial_id = order(world, {**tiny().files, "../outside.py": b"x = 1\n"})
    worker(world).drain(60.0)
    failed = row(world, trial_id)
    assert (failed.state, failed.problem) == (
        TrialState.FAILED,
        "The file name '../outside.py' cannot be used.",
    )


def test_a_jail_that_is_not_locked_sounds_the_alarm_and_keeps_the_trial(
    world: World,
) -> None:
    trial_id = order(world)
    worker(world, jail=Unlocked).drain(60.0)
    assert row(world, trial_id).state is TrialState.QUEUED
    with world.database.read() as session:
        problem = session.get_one(WorkerBeat, "w1").problem
    assert "alarm" in problem


def test_a_trial_that_is_stopped_meanwhile_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial_id = order(world)

    def stop() -> None:
        with world.database.write() as session:
            trials.stop(session, world.course_id, trial_id, world.instructor)

    after_steps(monkeypatch, 2, stop)
    worker(world).drain(60.0)
    stopped = row(world, trial_id)
    assert stopped.state is TrialState.FAILED
    assert stopped.report is None


def test_an_assignment_without_a_solution_does_not_hold(world: World) -> None:
    trial_id = order(world, dict(tiny().files))
    worker(world).drain(60.0)
    report = row(world, trial_id).report
    assert report is not None
    assert not report["holds"]
    assert "solution is missing" in report["complaints"][0]["sentence"]
