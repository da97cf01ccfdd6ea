"""What must hold of submissions, their files and their attempts."""

from collections.abc import Iterator

from sqlalchemy import and_, func, inspect, or_, select
from sqlalchemy.orm import Session

from grader.models import (
    AssignmentSnapshot,
    Attempts,
    AuditEntry,
    Draft,
    Submission,
    Trial,
    TrialState,
)
from grader.services import receipts
from grader.services.invariants.look import ROWS_AT_ONCE, Look

_SUBMITTED, _REFUNDED = "submitted", "refunded"


def receipts_have_rows(look: Look) -> Iterator[str]:
    """Yield what the list of what happened knows and the submissions do not."""
    rows = look.session.execute(
        select(AuditEntry.submission_id, AuditEntry.new, Submission)
        .outerjoin(Submission, Submission.id == AuditEntry.submission_id)
        .where(AuditEntry.action == _SUBMITTED)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for submission_id, stated, kept in rows:
        if kept is None:
            yield f"submission {submission_id} has a receipt, but its row is gone."
        elif stated != {"number": kept.number, "sha256": kept.sha256}:
            yield f"submission {kept.id} is not what its receipt states."
        elif receipts.fingerprint(kept.originals) != kept.sha256:
            yield f"submission {kept.id} names files with another hash than its own."


def submissions_were_noted(look: Look) -> Iterator[str]:
    """Yield submissions that were not noted exactly once."""
    noted = func.count(AuditEntry.id)
    rows = look.session.execute(
        select(Submission.id, noted)
        .outerjoin(
            AuditEntry,
            and_(
                AuditEntry.submission_id == Submission.id,
                AuditEntry.action == _SUBMITTED,
            ),
        )
        .group_by(Submission.id)
        .having(noted != 1)
    )
    for submission_id, times in rows:
        yield f"submission {submission_id} was noted {times} times as handed in."


def rows_have_blobs(look: Look) -> Iterator[str]:
    """Yield files that a row names and the store does not have as they were."""
    seen: dict[str, str] = {}
    for owner, manifest in manifests(look.session):
        for name, blob in manifest.items():
            if blob not in seen:
                seen[blob] = look.store.trouble(blob, reads=look.reads_blobs)
            if seen[blob]:
                yield f"{owner} needs {name!r}, but its blob {blob} {seen[blob]}."


def manifests(session: Session) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield who needs which files: names with the hashes of their bytes."""
    at_once = {"yield_per": ROWS_AT_ONCE}
    for number, manifest in session.execute(
        select(AssignmentSnapshot.id, AssignmentSnapshot.manifest),
        execution_options=at_once,
    ):
        yield f"snapshot {number}", manifest
    for key, files, originals in session.execute(
        select(Submission.id, Submission.files, Submission.originals),
        execution_options=at_once,
    ):
        yield f"submission {key}", files
        yield f"submission {key}", originals
    # A backup is also made of older tables, before they are brought up to date.
    if inspect(session.connection()).has_table(Draft.__tablename__):
        yield from _unpublished(session)


def _unpublished(session: Session) -> Iterator[tuple[str, dict[str, str]]]:
    for number, manifest in session.execute(select(Draft.id, Draft.manifest)):
        yield f"draft {number}", manifest
    # What a trial is over with, nobody reads again.
    unfinished = Trial.state.in_((TrialState.QUEUED, TrialState.RUNNING))
    for trial, manifest in session.execute(
        select(Trial.id, Trial.manifest).where(unfinished)
    ):
        yield f"trial {trial}", manifest


def attempts_add_up(look: Look) -> Iterator[str]:
    """Yield students who are charged more or fewer attempts than they used."""
    keys = (
        select(Attempts.assignment_id, Attempts.user_id)
        .union(select(Submission.assignment_id, Submission.user_id))
        .subquery()
    )
    accepted = func.count(Submission.id)
    owed = func.count(Submission.id).filter(~Submission.attempt_refunded)
    counted = func.coalesce(func.max(Attempts.used), 0)
    numbered = func.coalesce(func.max(Attempts.submitted), 0)
    rows = look.session.execute(
        select(keys.c.assignment_id, keys.c.user_id, counted, owed, numbered, accepted)
        .select_from(keys)
        .outerjoin(
            Attempts,
            and_(
                Attempts.assignment_id == keys.c.assignment_id,
                Attempts.user_id == keys.c.user_id,
            ),
        )
        .outerjoin(
            Submission,
            and_(
                Submission.assignment_id == keys.c.assignment_id,
                Submission.user_id == keys.c.user_id,
            ),
        )
        .group_by(keys.c.assignment_id, keys.c.user_id)
        .having(or_(counted != owed, numbered != accepted))
    )
    for assignment, user, used, right, number, submissions in rows:
        yield (
            f"student {user} is charged {used} attempts at assignment {assignment}, "
            f"but {right} were used and not given back; {submissions} submissions are "
            f"there, numbered to {number}."
        )


def refunds_were_noted(look: Look) -> Iterator[str]:
    """Yield attempts given back without a note, or noted and not given back."""
    times = func.count(AuditEntry.id)
    rows = look.session.execute(
        select(Submission.id, Submission.attempt_refunded, times)
        .outerjoin(
            AuditEntry,
            and_(
                AuditEntry.submission_id == Submission.id,
                AuditEntry.action == _REFUNDED,
            ),
        )
        .group_by(Submission.id, Submission.attempt_refunded)
        .having(
            or_(
                and_(Submission.attempt_refunded, times != 1),
                and_(~Submission.attempt_refunded, times != 0),
            )
        )
    )
    for submission_id, refunded, count in rows:
        state = "was" if refunded else "was not"
        yield f"the attempt of submission {submission_id} {state} given back, " + (
            f"but that was noted {count} times."
        )
