"""The states of runs against a model, in every order that a search can think of."""

import shutil
import tempfile
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, event, func, select

from grader.db import Database
from grader.errors import LeaseLostError
from grader.models import (
    Attempts,
    AuditEntry,
    GradingRun,
    RunStatus,
    Submission,
    WorkerBeat,
)
from grader.services import health, runs
from grader.services.runs import GradeJob
from grader.services.sweeping import sweep
from grader.storage import BlobStore
from tests.services.world import make_world, report, result, tiny

WORKERS = st.sampled_from(["w1", "w2", "w3"])
INDEX = st.integers(0, 10_000)


def _never_mind_power_cuts(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


class Queue(RuleBasedStateMachine):
    """Submits, claims, writes with old and new tokens, dies, sweeps and reruns.

    ``holder`` is the model: which token may write to a run.
    """

    template: Path

    @initialize(limited=st.booleans())
    def begin(self, limited: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="grader-states-"))
        shutil.copy(self.template, self.folder / "db")
        self.database = Database(f"sqlite:///{self.folder}/db")
        event.listen(self.database.engine, "connect", _never_mind_power_cuts)
        self.world = make_world(self.database, BlobStore(self.folder / "blobs"))
        self.world.limit_attempts(1000 if limited else None)
        self.jobs: list[GradeJob] = []
        self.holder: dict[uuid.UUID, uuid.UUID] = {}
        self.finished: dict[uuid.UUID, int] = {}

    @rule(who=st.sampled_from(["student", "other"]))
    def submit(self, who: str) -> None:
        self.world.submit(getattr(self.world, who))

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        waiting = self.claimable(worker)
        job = self.world.claim(worker)
        assert (job.run_id if job else None) == (waiting[0] if waiting else None)
        if job is not None:
            self.jobs.append(job)
            self.holder[job.run_id] = job.token

    def claimable(self, worker: str) -> list[uuid.UUID]:
        with self.database.read() as session:
            rows = session.scalars(
                select(GradingRun)
                .where(GradingRun.status == RunStatus.QUEUED)
                .order_by(GradingRun.lane, GradingRun.eff, GradingRun.id)
            )
            return [row.id for row in rows if row.avoid_worker != worker]

    def any_job(self, number: int) -> GradeJob:
        return self.jobs[number % len(self.jobs)]

    def write(self, job: GradeJob, write: str) -> bool:
        """Write as a worker would; only the holder of the run may."""
        may = self.holder.get(job.run_id) == job.token
        try:
            with self.database.write() as session:
                if write == "heartbeat":
                    runs.heartbeat(session, job, 30.0)
                elif write == "record":
                    check = tiny().check_list[0]
                    done = [result(check.id, 1.0, 1.0)]
                    runs.record(session, job, 1, 3, check, done)
                elif write == "finish":
                    runs.finish(session, job, report(job.attempt % 4 + 3.0))
                elif write == "give_back":
                    runs.give_back(session, job, "by chance")
                elif write == "release":
                    runs.release(session, job)
                else:
                    runs.fail(session, job, "by chance")
        except LeaseLostError:
            assert not may, f"{write} was refused to the holder"
            return False
        assert may, f"{write} was allowed to somebody else"
        return True

    @precondition(lambda self: self.jobs)
    @rule(number=INDEX, write=st.sampled_from(["heartbeat", "record"]))
    def work(self, number: int, write: str) -> None:
        self.write(self.any_job(number), write)

    @precondition(lambda self: self.jobs)
    @rule(
        number=INDEX,
        write=st.sampled_from(["finish", "finish", "give_back", "release", "fail"]),
    )
    def end(self, number: int, write: str) -> None:
        job = self.any_job(number)
        if self.write(job, write):
            del self.holder[job.run_id]
            if write == "finish":
                self.finished[job.run_id] = self.finished.get(job.run_id, 0) + 1

    @precondition(lambda self: self.holder)
    @rule(number=INDEX, parent_lives=st.booleans())
    def die_and_be_swept(self, number: int, parent_lives: bool) -> None:
        run_id = list(self.holder)[number % len(self.holder)]
        self.world.expire(run_id)
        with self.database.write() as session:
            worker = session.get_one(GradingRun, run_id).worker
            session.execute(delete(WorkerBeat))
            if parent_lives and worker is not None:
                health.worker_beat(session, worker)
        with self.database.write() as session:
            swept = sweep(session)
        assert swept.requeued + swept.broken == 1
        del self.holder[run_id]

    @rule(number=INDEX)
    def rerun(self, number: int) -> None:
        with self.database.read() as session:
            ids = list(session.scalars(select(Submission.id).order_by(Submission.id)))
        if not ids:
            return
        chosen = ids[number % len(ids)]
        with self.database.write() as session:
            before = session.scalars(
                select(GradingRun.id).where(
                    GradingRun.submission_id == chosen, GradingRun.is_current
                )
            ).one()
            after = runs.rerun(session, chosen, self.world.ta)
        if str(before) != after:
            self.holder.pop(before, None)

    @invariant()
    def a_token_is_held_exactly_while_a_run_is_being_graded(self) -> None:
        with self.database.read() as session:
            rows = session.scalars(select(GradingRun)).all()
        running = {r.id: r.token for r in rows if r.status is RunStatus.RUNNING}
        assert running == self.holder
        assert all(r.token is None for r in rows if r.id not in running)
        for row in rows:
            assert (row.status is RunStatus.GRADED) == (row.id in self.finished)
            assert row.eff - row.created_at <= timedelta(seconds=20 * len(rows))

    @invariant()
    def nothing_is_graded_twice(self) -> None:
        assert all(times == 1 for times in self.finished.values())
        with self.database.read() as session:
            noted = session.scalars(
                select(func.count())
                .select_from(AuditEntry)
                .where(AuditEntry.action == "graded")
            ).one()
        assert noted == len(self.finished)

    @invariant()
    def attempts_used_are_those_accepted_minus_those_given_back(self) -> None:
        with self.database.read() as session:
            used = session.scalar(select(func.sum(Attempts.used))) or 0
            kept = session.scalars(
                select(func.count())
                .select_from(Submission)
                .where(~Submission.attempt_refunded)
            ).one()
        assert used == kept

    @invariant()
    def every_submission_has_exactly_one_current_run(self) -> None:
        with self.database.read() as session:
            current = session.scalars(
                select(GradingRun.submission_id).where(GradingRun.is_current)
            ).all()
            submitted = session.scalars(select(Submission.id)).all()
        assert sorted(current) == sorted(submitted)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.dispose()
            shutil.rmtree(self.folder)


@pytest.mark.timeout(300)
def test_no_order_of_events_breaks_a_promise(empty_sqlite: Path) -> None:
    run_state_machine_as_test(
        type("SeededQueue", (Queue,), {"template": empty_sqlite}),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
