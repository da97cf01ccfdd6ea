"""What became of every receipt: the account that a load test closes with."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from grader.cli.load.course import LoadedCourse
from grader.models import Attempts, AuditEntry, GradingRun, RunStatus, Submission
from grader.services.invariants import violations
from grader.services.invariants.look import Bounds


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts at the end, when nothing should be on its way any more.

    Parameters
    ----------
    receipts
        How many different submissions the clients have a receipt for.
    unanswered
        Uploads that got no receipt, however often they were tried.
    unheard
        Submissions in the database whose receipt did not reach anybody.
    states
        Runs by state.
    lost
        Receipts without a submission.
    duplicates
        Runs that were graded more than once.
    charged, owed
        Attempts that students are charged, and those that were graded.
    most_claims
        The largest number of times that one run was claimed.
    longest_seconds
        From arrival to the end, of the slowest.
    broken
        What the invariants of the service found.
    """

    receipts: int
    unanswered: int
    unheard: int
    states: Mapping[RunStatus, int]
    lost: int
    duplicates: int
    charged: int
    owed: int
    most_claims: int
    longest_seconds: float
    broken: tuple[str, ...] = field(default=())

    @property
    def stuck(self) -> int:
        """Return how many runs something should still happen to."""
        return sum(n for state, n in self.states.items() if state.is_pending)

    @property
    def internal_errors(self) -> int:
        """Return how many runs need a person."""
        return self.states.get(RunStatus.NEEDS_ATTENTION, 0)

    def lines(self) -> Iterator[str]:
        """Yield the account as rows of a table."""
        yield "| what | count |"
        yield "| --- | --- |"
        graded = self.states.get(RunStatus.GRADED, 0)
        for what, number in (
            ("accepted: submissions with a receipt", self.receipts),
            ("graded", graded),
            ("superseded by the same student", self.states.get(RunStatus.SUPERSEDED)),
            ("internal errors", self.internal_errors),
            ("stuck", self.stuck),
            ("receipts without a submission", self.lost),
            ("runs graded twice", self.duplicates),
            ("stored, but the answer was lost on its way", self.unheard),
            ("uploads without a receipt", self.unanswered),
            ("attempts charged", self.charged),
            ("most claims of one run", self.most_claims),
        ):
            yield f"| {what} | {number or 0} |"
        yield f"| longest from upload to end | {self.longest_seconds:.1f} s |"

    def faults(self) -> Iterator[str]:
        """Yield one sentence for each promise that was broken."""
        for count, what in (
            (self.lost, "receipts have no submission"),
            (self.stuck, "runs are stuck"),
            (self.duplicates, "runs were graded twice"),
            (self.internal_errors, "runs ended as internal errors"),
            (self.unanswered, "uploads never got a receipt"),
        ):
            if count:
                yield f"{count} {what}."
        if self.charged != self.owed:
            yield f"{self.charged} attempts are charged where {self.owed} are due."
        yield from self.broken


def close_books(
    course: LoadedCourse, receipts: Iterable[str], *, unanswered: int = 0
) -> Ledger:
    """Count what the database knows of all receipts."""
    held = {uuid.UUID(receipt) for receipt in receipts}
    with course.database.read() as session:
        broken = tuple(
            violations(session, course.store, bounds=Bounds(live=600, expired=60))
        )
        stored = set(session.scalars(select(Submission.id)))
        runs = session.execute(
            select(
                GradingRun.status,
                GradingRun.attempt,
                GradingRun.created_at,
                GradingRun.finished_at,
            ).where(GradingRun.is_current)
        ).all()
        ends = session.scalars(
            select(func.count())
            .where(AuditEntry.action == "graded")
            .group_by(AuditEntry.run_id)
        ).all()
        charged = session.scalar(select(func.coalesce(func.sum(Attempts.used), 0)))
    states = Counter(run.status for run in runs)
    return Ledger(
        receipts=len(held),
        unanswered=unanswered,
        unheard=len(stored - held),
        states=states,
        lost=len(held - stored),
        duplicates=sum(times > 1 for times in ends),
        charged=charged or 0,
        owed=len(stored) - states[RunStatus.NEEDS_ATTENTION],
        most_claims=max((run.attempt for run in runs), default=0),
        longest_seconds=max(
            (
                (run.finished_at - run.created_at).total_seconds()
                for run in runs
                if run.finished_at is not None
            ),
            default=0.0,
        ),
        broken=broken,
    )
