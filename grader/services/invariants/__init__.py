"""What must hold of everything that is kept, after every fault and at any moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from grader.services import audit
from grader.services.invariants import runs, standings, submissions
from grader.services.invariants.look import Bounds, Look
from grader.storage import BlobStore

__all__ = ["INVARIANTS", "Bounds", "Finding", "Invariant", "findings", "violations"]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise and the search for what breaks it."""

    id: str
    promise: str
    broken: Callable[[Look], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of looking: one sentence for each thing that breaks the promise."""

    id: str
    promise: str
    broken: tuple[str, ...]


def violations(
    session: Session, store: BlobStore, *, bounds: Bounds | None = None
) -> list[str]:
    """Return one sentence for each thing that is not as it must be; none is good.

    Call it as the first thing in a session: then everything is seen at one moment,
    and it may run while others write.

    Parameters
    ----------
    bounds
        Where leases are short, or a queue may be long.

    Raises
    ------
    StorageError
        If the database is away.
    """
    found = findings(session, store, bounds=bounds)
    return [f"{each.id}: {what}" for each in found for what in each.broken]


def findings(
    session: Session,
    store: BlobStore,
    *,
    bounds: Bounds | None = None,
    reads_blobs: bool = True,
) -> list[Finding]:
    """Return what came of every invariant, in their order; see ``violations``."""
    _see_one_moment(session)
    look = Look(session, store, bounds or Bounds(), reads_blobs)
    return [
        Finding(each.id, each.promise, tuple(each.broken(look))) for each in INVARIANTS
    ]


def _see_one_moment(session: Session) -> None:
    """Let all queries of a new transaction see the same rows; SQLite always does."""
    postgres = session.get_bind().dialect.name == "postgresql"
    if postgres and not session.in_transaction():
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _chain_is_intact(look: Look) -> Iterator[str]:
    yield from audit.chain_faults(look.session)


INVARIANTS = (
    Invariant(
        "receipts-have-rows",
        "Whoever has a receipt has a submission with these very files.",
        submissions.receipts_have_rows,
    ),
    Invariant(
        "submissions-were-noted",
        "Every submission was noted once when it was handed in.",
        submissions.submissions_were_noted,
    ),
    Invariant(
        "rows-have-blobs",
        "Every file that a row names is there, with its hash.",
        submissions.rows_have_blobs,
    ),
    Invariant(
        "nothing-is-stuck",
        "Nothing waits or runs longer than its bound.",
        runs.nothing_is_stuck,
    ),
    Invariant(
        "one-current-run",
        "Every submission has one run that counts, the last one that is no trial.",
        runs.each_has_one_current_run,
    ),
    Invariant(
        "each-ends-once",
        "Every graded run has one result, and no other run has any.",
        runs.each_ends_once,
    ),
    Invariant(
        "scores-are-those-noted",
        "Every score that counts is the one that was noted last.",
        runs.scores_are_those_noted,
    ),
    Invariant(
        "standings-are-as-expected",
        "What lists show is what runs, overrides, rubric and dates add up to.",
        standings.standings_are_as_expected,
    ),
    Invariant(
        "attempts-add-up",
        "Attempts used are submissions accepted minus attempts given back.",
        submissions.attempts_add_up,
    ),
    Invariant(
        "refunds-were-noted",
        "Every attempt that was given back was noted once.",
        submissions.refunds_were_noted,
    ),
    Invariant(
        "states-are-whole",
        "A run has a token while a worker has it, and an end when it is over.",
        runs.states_are_whole,
    ),
    Invariant(
        "chain-is-intact",
        "Nothing in the list of what happened was changed, removed or put in between.",
        _chain_is_intact,
    ),
)
