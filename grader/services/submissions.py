"""Accepting submissions: bytes first, then rows, then a signed receipt."""

import hashlib
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from grader.errors import NotFoundError, RefusedError
from grader.intake import Prepared
from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Attempts,
    Course,
    Enrolment,
    GradingRun,
    Submission,
)
from grader.services import audit, queueing, receipts
from grader.services.ids import parsed
from grader.services.receipts import Receipt
from grader.services.upserts import insert_if_absent
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
        ``not-enrolled``, ``after-deadline`` or ``attempts-used-up``.
    NotFoundError
        If there is no such assignment.
    StorageError
        If the disk is full.
    """
    # Before the first statement: on SQLite that takes the lock that all writers share.
    files, originals = _stored(store, prepared)
    assignment, course, snapshot_id = _open_assignment(session, assignment_id)
    _refuse_strangers(session, course, user_id)
    key = _stored_key(idempotency_key)
    _wait_for_turn(session, assignment_id, user_id)
    earlier = _same_request(session, assignment_id, user_id, key)
    if earlier is not None:
        return _receipt(earlier, _first_run(session, earlier), secret_key)
    _refuse_late(assignment, course, received_at)
    submission = Submission(
        assignment_id=assignment_id,
        user_id=user_id,
        number=_take_attempt(session, assignment, user_id),
        received_at=received_at,
        files=files,
        originals=originals,
        entry=prepared.entry,
        notices=list(prepared.notices),
        sha256=receipts.fingerprint(originals),
        idempotency_key=key,
    )
    session.add(submission)
    session.flush()
    if assignment.max_attempts is None:
        queueing.supersede_waiting(session, assignment_id, user_id)
    run = queueing.enqueue(session, submission, snapshot_id)
    audit.add(
        session,
        "submitted",
        actor_id=user_id,
        submission_id=submission.id,
        new={"number": submission.number, "sha256": submission.sha256},
        at=run.created_at,
    )
    return _receipt(submission, run.id, secret_key)


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


def _wait_for_turn(session: Session, assignment_id: int, user_id: int) -> None:
    """Let parallel requests of one student pass one after the other."""
    key = {"assignment_id": assignment_id, "user_id": user_id}
    insert_if_absent(session, Attempts, {**key, "used": 0, "submitted": 0})
    session.execute(select(Attempts.used).filter_by(**key).with_for_update())


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


def _refuse_strangers(session: Session, course: Course, user_id: int) -> None:
    if session.get(Enrolment, (course.id, user_id)) is None:
        raise RefusedError(
            f"You are not enrolled in {course.title}, so you cannot hand in here.",
            code="not-enrolled",
        )


def _refuse_late(assignment: Assignment, course: Course, received_at: datetime) -> None:
    if assignment.due_at is None or received_at <= assignment.due_at:
        return
    due = assignment.due_at.astimezone(ZoneInfo(course.timezone))
    raise RefusedError(
        f"The deadline for {assignment.title} was {due:%d %B %Y, %H:%M} "
        f"({course.timezone}); this submission came after it and was not accepted.",
        code="after-deadline",
    )


def _take_attempt(session: Session, assignment: Assignment, user_id: int) -> int:
    """Use one attempt and return the number of the new submission."""
    limit = assignment.max_attempts
    number = session.scalar(
        update(Attempts)
        .where(
            Attempts.assignment_id == assignment.id,
            Attempts.user_id == user_id,
            true() if limit is None else Attempts.used < limit,
        )
        .values(used=Attempts.used + 1, submitted=Attempts.submitted + 1)
        .returning(Attempts.submitted)
    )
    if number is None:
        times = "attempt" if limit == 1 else f"{limit} attempts"
        whole = f"your {times}" if limit == 1 else f"all your {times}"
        raise RefusedError(
            f"You have used {whole} for {assignment.title}.", code="attempts-used-up"
        )
    return number


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
