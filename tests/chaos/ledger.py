"""What came of everything that was accepted, counted in the rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.models import Attempts, AuditEntry, GradingRun, RunStatus, Submission
from grader.services.invariants import Bounds, violations
from grader.services.receipts import Receipt
from grader.storage import BlobStore

BOUNDS = Bounds(live=600.0, bulk=600.0, expired=60.0)
_PENDING = (RunStatus.QUEUED, RunStatus.RUNNING)


@dataclass(frozen=True)
class Ledger:
    """Counts of submissions and runs; what a sound service never has is zero.

    Parameters
    ----------
    accepted
        Submissions in the database.
    broken
        Runs that ended in "needs attention".
    stuck
        Runs that have not ended.
    lost
        Receipts without a submission of this hash.
    twice
        Results beyond the first, summed over all runs.
    charged
        Attempts that students have used.
    violations
        What ``grader.services.invariants`` finds.
    """

    accepted: int
    graded: int = 0
    broken: int = 0
    superseded: int = 0
    stuck: int = 0
    lost: int = 0
    twice: int = 0
    charged: int = 0
    violations: tuple[str, ...] = ()


def all_graded(count: int) -> Ledger:
    """Return the ledger of a service on which every fault was survived."""
    return Ledger(accepted=count, graded=count, charged=count)


def ledger(session: Session, store: BlobStore, receipts: Sequence[Receipt]) -> Ledger:
    """Count everything at this moment; call it first in a session."""
    found = tuple(violations(session, store, bounds=BOUNDS))
    states = Counter(session.scalars(select(GradingRun.status)))
    submitted = {
        str(row.id): row.sha256
        for row in session.execute(select(Submission.id, Submission.sha256))
    }
    results = session.scalars(
        select(func.count())
        .where(AuditEntry.action == "graded")
        .group_by(AuditEntry.run_id)
    ).all()
    return Ledger(
        accepted=len(submitted),
        graded=states[RunStatus.GRADED],
        broken=states[RunStatus.NEEDS_ATTENTION],
        superseded=states[RunStatus.SUPERSEDED],
        stuck=sum(states[state] for state in _PENDING),
        lost=sum(submitted.get(r.submission_id) != r.sha256 for r in receipts),
        twice=sum(count - 1 for count in results),
        charged=session.scalar(select(func.sum(Attempts.used))) or 0,
        violations=found,
    )
