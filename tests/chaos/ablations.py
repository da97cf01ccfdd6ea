"""Parts of the service that can be taken out, to see that a test misses them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from grader.models import GradingRun, Submission
from grader.services import queueing, runs, sweeping
from grader.services.runs import GradeJob
from grader.services.sweeping import Swept

Put = Callable[[Any, str, Any], None]


def apply(name: str, put: Put = setattr) -> None:
    """Take one part out of this process.

    Parameters
    ----------
    put
        Sets an attribute; the one of pytest's ``monkeypatch`` undoes it.
    """
    ABLATIONS[name](put)


def _without_fence(put: Put) -> None:
    def unguarded(session: Session, job: GradeJob, **values: Any) -> GradingRun:
        options = {"synchronize_session": False}
        changed = update(GradingRun).where(GradingRun.id == job.run_id).values(**values)
        session.execute(changed, execution_options=options)
        return session.get_one(GradingRun, job.run_id, populate_existing=True)

    put(runs, "_guarded", unguarded)


def _without_heartbeat(put: Put) -> None:
    from worker.lease import LeaseKeeper

    put(LeaseKeeper, "_beat", lambda _keeper: None)


def _without_sweeper(put: Put) -> None:
    from worker import janitor

    for module in (sweeping, janitor):
        put(module, "sweep", lambda *_, **__: Swept(requeued=0, broken=0))


def _without_poison_cap(put: Put) -> None:
    put(sweeping, "CRASH_LIMIT", 1_000_000)


def _without_fair_order(put: Put) -> None:
    put(queueing, "PENALTY_SECONDS", 0.0)


def _without_quarantine(put: Put) -> None:
    from worker.fitness import Fitness

    put(Fitness, "must_prove", property(lambda _fitness: False))
    put(Fitness, "is_resting", property(lambda _fitness: False))


def _without_refund_guard(put: Put) -> None:
    """Give the attempt back every time, whether it was given back before or not."""
    real = queueing.refund

    def again(session: Session, run: GradingRun, reason: str) -> None:
        session.execute(
            update(Submission)
            .where(Submission.id == run.submission_id)
            .values(attempt_refunded=False)
        )
        real(session, run, reason)

    for module in (runs, sweeping):
        put(module, "refund", again)


ABLATIONS: dict[str, Callable[[Put], None]] = {
    "fence": _without_fence,
    "heartbeat": _without_heartbeat,
    "sweeper": _without_sweeper,
    "poison-cap": _without_poison_cap,
    "fair-order": _without_fair_order,
    "quarantine": _without_quarantine,
    "refund-guard": _without_refund_guard,
}
