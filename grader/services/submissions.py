"""Accepting submissions: bytes first, then rows, then a signed receipt."""

import hashlib
import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError
from grader.intake import Prepared
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Attempts,
    Course,
    GradingRun,
    Submission,
)
from grader.services import admission, audit, queueing, receipts
from grader.services.ids import parsed
from grader.services.receipts import Receipt
from grader.storage import BlobStore

_Names = dict[str, str]


def submit(
    session: Session,
    store: BlobStore,
    *,
    assignment_id: int,
    user_id: int,
    prepared: Prepared,
    received_at: datetime,
    idempotency_key: str,
    secret_key: str = "",
) -> Receipt:
    """Accept a submission and queue it, or refuse it with one sentence.

    The bytes are safe on disk before the first row is written, and a refusal or a
    failure leaves no row behind. Ring the bell after the commit.

    Parameters
    ----------
    received_at
        When the request began; decides whether it was in time.
    idempotency_key
        Made once for each form. The same key again is the same submission: the same
        receipt comes back and no attempt is used.
    secret_key
        Signs the receipt.

    Raises
    ------
    RefusedError
        ``not-enrolled``, ``not-open``, ``after-deadline``, ``attempts-used-up`` or
        ``cooling-down``.
    NotFoundError
        If there is no such assignment.
    StorageError
        If the disk is full.
    """
    # Before the first statement: on SQLite that takes the lock that all writers share.
    files, originals = _stored(store, prepared)
    assignment, course, snapshot_id = _open_assignment(session, assignment_id)
    who = admission.entrant(session, assignment, course, user_id)
    key = _stored_key(idempotency_key)
    so_far = admission.wait_for_turn(session, assignment_id, who)
    earlier = _same_request(session, assignment_id, user_id, key)
    if earlier is not None:
        return _receipt(earlier, _first_run(session, earlier), secret_key)
    admission.refuse_early(assignment, course, who, received_at)
    admission.refuse_used_up(assignment, course, who, so_far, received_at)
    late_days = admission.late_days_for(session, assignment, course, who, received_at)
    submission = Submission(
        assignment_id=assignment_id,
        user_id=user_id,
        number=_take_attempt(session, assignment_id, user_id, received_at),
        received_at=received_at,
        files=files,
        originals=originals,
        entry=prepared.entry,
        notices=list(prepared.notices),
        sha256=receipts.fingerprint(originals),
        idempotency_key=key,
        late_days=late_days,
    )
    session.add(submission)
    session.flush()
    return _receipt(submission, _queued(session, submission, snapshot_id), secret_key)


def _queued(session: Session, submission: Submission, snapshot_id: int) -> uuid.UUID:
    """Put a new submission into the queue, note it, and return its run."""
    assignment_id, user_id = submission.assignment_id, submission.user_id
    assignment = session.get_one(Assignment, assignment_id)
    now = database_now(session)
    if assignment.max_attempts is None:
        queueing.supersede_waiting(session, assignment_id, user_id, now=now)
    run = queueing.enqueue(session, submission, snapshot_id, now=now)
    audit.add(
        session,
        "submitted",
        actor_id=user_id,
        submission_id=submission.id,
        new=_noted(submission),
        at=run.created_at,
    )
    return run.id


def files_of(
    session: Session,
    store: BlobStore,
    submission_id: str | uuid.UUID,
    *,
    originals: bool = False,
) -> dict[str, bytes]:
    """Return the files that are graded, or those that were uploaded.

    Whether somebody may read them is for ``reports.for_viewer`` to say.

    Raises
    ------
    NotFoundError
        If there is no such submission.
    StorageError
        If a file is missing or changed on disk.
    """
    submission = _existing(session, submission_id)
    manifest = submission.originals if originals else submission.files
    return {name: store.get(blob) for name, blob in manifest.items()}


def originals_of(session: Session, submission_id: str | uuid.UUID) -> dict[str, str]:
    """Return the names and SHA-256 of what was uploaded.

    Raises
    ------
    NotFoundError
        If there is no such submission.
    """
    return dict(_existing(session, submission_id).originals)


def attempts_used(session: Session, *, assignment_id: int, user_id: int) -> int:
    """Return how many attempts a student has used, without those given back."""
    row = session.get(Attempts, (assignment_id, user_id))
    return 0 if row is None else row.used


def _existing(session: Session, submission_id: str | uuid.UUID) -> Submission:
    submission = session.get(Submission, parsed(submission_id))
    if submission is None:
        raise NotFoundError(f"submission {submission_id} does not exist")
    return submission


def _stored(store: BlobStore, prepared: Prepared) -> tuple[_Names, _Names]:
    """Put each content into the store once, and return both lists of names."""
    parts = (prepared.files, prepared.originals)
    blobs = {
        data: store.put(data) for data in {d for part in parts for d in part.values()}
    }
    files, originals = ({n: blobs[d] for n, d in part.items()} for part in parts)
    return files, originals


def _open_assignment(
    session: Session, assignment_id: int
) -> tuple[Assignment, Course, int]:
    row = session.execute(
        select(Assignment, Course, AssignmentSnapshot.id)
        .join(Course, Course.id == Assignment.course_id)
        .join(AssignmentSnapshot, AssignmentSnapshot.assignment_id == Assignment.id)
        .where(Assignment.id == assignment_id)
        .order_by(AssignmentSnapshot.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"assignment {assignment_id} does not exist")
    return row[0], row[1], row[2]


def _stored_key(key: str) -> str:
    """Return a key of any length and content as one that fits its column."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _same_request(
    session: Session, assignment_id: int, user_id: int, key: str
) -> Submission | None:
    return session.scalars(
        select(Submission).where(
            Submission.user_id == user_id,
            Submission.assignment_id == assignment_id,
            Submission.idempotency_key == key,
        )
    ).one_or_none()


def _take_attempt(
    session: Session, assignment_id: int, user_id: int, received_at: datetime
) -> int:
    """Use one attempt and return the number of the new submission.

    Whether there is one left was decided under the lock that is still held.
    """
    return session.scalars(
        update(Attempts)
        .where(Attempts.assignment_id == assignment_id, Attempts.user_id == user_id)
        .values(
            used=Attempts.used + 1,
            submitted=Attempts.submitted + 1,
            last_at=received_at,
        )
        .returning(Attempts.submitted)
    ).one()


def _noted(submission: Submission) -> dict[str, object]:
    late = {"late_days": submission.late_days} if submission.late_days else {}
    return {"number": submission.number, "sha256": submission.sha256, **late}


def _first_run(session: Session, submission: Submission) -> uuid.UUID:
    return session.scalars(
        select(GradingRun.id).where(
            GradingRun.submission_id == submission.id, GradingRun.ordinal == 1
        )
    ).one()


def _receipt(submission: Submission, run_id: uuid.UUID, secret_key: str) -> Receipt:
    return Receipt(
        submission_id=str(submission.id),
        run_id=str(run_id),
        number=submission.number,
        sha256=submission.sha256,
        received_at=submission.received_at,
        signature=receipts.sign(
            secret_key,
            submission_id=submission.id,
            number=submission.number,
            sha256=submission.sha256,
            received_at=submission.received_at,
        ),
    )
