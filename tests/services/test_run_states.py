"""The states of runs against a model, in every order that a search can think of."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
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
    Lane,
    RunStatus,
    Submission,
    WorkerBeat,
)
from grader.report import ReportStatus
from grader.services import health, runs, sweeping
from grader.services.invariants import violations
from grader.services.runs import GradeJob
from grader.services.sweeping import Swept
from grader.storage import BlobStore
from tests.chaos import ablations
from tests.services.world import make_world, report, result, tiny

WORKERS = st.sampled_from(["w1", "w2", "w3"])
INDEX = st.integers(0, 10_000)
ENDS = ["finish", "finish", "need attention", "give_back", "release", "fail"]

Event = tuple[str, dict[str, Any]]
HANDED_IN: Event = ("submit", {"who": "student"})
CLAIMED: Event = ("claim", {"worker": "w1", "only": None})
DIED: Event = ("die_and_be_swept", {"number": 0, "parent_lives": True})
# For each part of the service, what happens when it is needed.
ORDERS: dict[str, list[Event]] = {
    "fence": [
        *(HANDED_IN, CLAIMED, DIED, CLAIMED),
        ("end", {"number": 0, "write": "finish"}),
    ],
    "sweeper": [HANDED_IN, CLAIMED, DIED],
    "poison-cap": [HANDED_IN, CLAIMED, ("die_three_times", {"number": 0})],
    "fair-order": [HANDED_IN, HANDED_IN],
    "refund-guard": [
        *(HANDED_IN, CLAIMED),
        ("end_and_end_again", {"number": 0, "first": "fail", "second": "fail"}),
        ("look_at_everything", {}),
    ],
}
PROMISES = (
    "a_token_is_held_exactly_while_a_run_is_being_graded",
    "nothing_is_graded_twice",
    "attempts_used_are_those_accepted_minus_those_given_back",
    "every_submission_has_exactly_one_current_run",
    "an_attempt_is_given_back_once_for_each_that_needs_attention",
)


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
        # Of each run: with its worker, and under a worker that lived on.
        self.deaths: dict[uuid.UUID, list[int]] = {}

    @rule(who=st.sampled_from(["student", "other"]))
    def submit(self, who: str) -> None:
        user = getattr(self.world, who)
        receipt = self.world.submit(user)
        run = self.world.run(receipt.run_id)
        pending = self.pending(user) - 1
        assert run.lane == Lane.LIVE
        assert run.eff - run.created_at == timedelta(seconds=20 * pending)

    def pending(self, user: int) -> int:
        """Return how many runs of a student's own are not over."""
        with self.database.read() as session:
            return session.scalars(
                select(func.count())
                .select_from(GradingRun)
                .where(
                    GradingRun.user_id == user,
                    GradingRun.lane == Lane.LIVE,
                    GradingRun.status.in_([RunStatus.QUEUED, RunStatus.RUNNING]),
                )
            ).one()

    @rule(worker=WORKERS, only=st.sampled_from([None, None, Lane.LIVE, Lane.BULK]))
    def claim(self, worker: str, only: Lane | None) -> None:
        waiting = self.claimable(worker, only)
        with self.database.write() as session:
            job = runs.claim(session, worker=worker, lease_seconds=30.0, only=only)
        assert (job.run_id if job else None) == (waiting[0] if waiting else None)
        self.hold(job)

    def claimable(self, worker: str, only: Lane | None) -> list[uuid.UUID]:
        """Return what a worker may take: what students send before every rerun."""
        with self.database.read() as session:
            rows = session.scalars(
                select(GradingRun)
                .where(GradingRun.status == RunStatus.QUEUED)
                .order_by(GradingRun.lane, GradingRun.eff, GradingRun.id)
            )
            return [
                row.id
                for row in rows
                if row.avoid_worker != worker and only in {None, row.lane}
            ]

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
                elif write == "need attention":
                    runs.finish(session, job, report(6.0, ReportStatus.NEEDS_ATTENTION))
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
        write=st.sampled_from(ENDS),
    )
    def end(self, number: int, write: str) -> None:
        self.end_with(self.any_job(number), write)

    def end_with(self, job: GradeJob, write: str) -> None:
        if self.write(job, write):
            del self.holder[job.run_id]
            if write == "finish":
                self.finished[job.run_id] = self.finished.get(job.run_id, 0) + 1

    @precondition(lambda self: self.holder)
    @rule(number=INDEX, first=st.sampled_from(ENDS), second=st.sampled_from(ENDS))
    def end_and_end_again(self, number: int, first: str, second: str) -> None:
        run_id = list(self.holder)[number % len(self.holder)]
        job = next(job for job in self.jobs if job.token == self.holder[run_id])
        self.end_with(job, first)
        with self.database.write() as session:
            again = runs.rerun(session, job.submission_id, self.world.ta)
        self.hold(self.claim_one(uuid.UUID(again)))
        self.end_with(self.jobs[-1], second)

    def hold(self, job: GradeJob | None) -> None:
        if job is not None:
            self.jobs.append(job)
            self.holder[job.run_id] = job.token

    @rule()
    def look_at_everything(self) -> None:
        with self.database.read() as session:
            assert violations(session, self.world.store) == []

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
            swept = sweeping.sweep(session)
        del self.holder[run_id]
        deaths = self.deaths.setdefault(run_id, [0, 0])
        deaths[parent_lives] += 1
        is_over = deaths[parent_lives] == (3 if parent_lives else 8)
        assert swept == Swept(requeued=not is_over, broken=is_over)
        row = self.world.run(run_id)
        assert [row.lost_workers, row.crash_strikes] == deaths

    @precondition(lambda self: self.holder)
    @rule(number=INDEX)
    def die_three_times(self, number: int) -> None:
        run_id = list(self.holder)[number % len(self.holder)]
        for _ in range(3):
            if run_id in self.holder:
                self.die_and_be_swept(list(self.holder).index(run_id), True)
            self.hold(self.claim_one(run_id))

    def claim_one(self, run_id: uuid.UUID) -> GradeJob | None:
        """Let some worker have this run, whatever stands before it."""
        early = timedelta(days=365)
        with self.database.write() as session:
            run = session.get_one(GradingRun, run_id)
            if run.status is not RunStatus.QUEUED:
                return None
            place, lane = run.eff, run.lane
            run.eff, run.lane = run.eff - early, Lane.LIVE
            session.flush()
            job = runs.claim(session, worker="w9", lease_seconds=30.0)
            session.refresh(run)
            run.eff, run.lane = place, lane
        assert job is not None
        assert job.run_id == run_id
        return job

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

    @invariant()
    def an_attempt_is_given_back_once_for_each_that_needs_attention(self) -> None:
        with self.database.read() as session:
            noted = list(
                session.scalars(
                    select(AuditEntry.submission_id).where(
                        AuditEntry.action == "refunded"
                    )
                )
            )
            given = list(
                session.scalars(
                    select(Submission.id).where(Submission.attempt_refunded)
                )
            )
            broken = set(
                session.scalars(
                    select(GradingRun.submission_id).where(
                        GradingRun.status == RunStatus.NEEDS_ATTENTION
                    )
                )
            )
        assert sorted(noted) == sorted(given)
        assert set(given) == broken

    def teardown(self) -> None:
        if not hasattr(self, "database"):
            return
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


@pytest.fixture
def queue(empty_sqlite: Path) -> Iterator[Queue]:
    queue = type("SeededQueue", (Queue,), {"template": empty_sqlite})()
    queue.begin(limited=True)
    yield queue
    queue.teardown()


def follow(queue: Queue, order: Sequence[Event]) -> None:
    """Let one order of events happen, and look at every promise after each."""
    for name, facts in order:
        getattr(queue, name)(**facts)
        for promise in PROMISES:
            getattr(queue, promise)()


@pytest.mark.parametrize("part", sorted(ORDERS))
def test_an_order_that_tries_one_part_breaks_no_promise(
    queue: Queue, part: str
) -> None:
    follow(queue, ORDERS[part])
    assert queue.world.audit().count("submitted") >= 1


@pytest.mark.parametrize("part", sorted(ORDERS))
def test_the_same_order_breaks_a_promise_once_that_part_is_missing(
    queue: Queue, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ablations.apply(part, monkeypatch.setattr)
    with pytest.raises(AssertionError):
        follow(queue, ORDERS[part])
