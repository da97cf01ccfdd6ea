"""A student takes a submission back while it still waits in the queue."""

import uuid

from sqlalchemy import update
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import NotFoundError, RefusedError
from grader.models import GradingRun, RunStatus, Submission
from grader.services import audit
from grader.services.ids import parsed
from grader.services.queueing import refund
from grader.services.states import stands


def withdraw(
    session: Session, submission_id: str | uuid.UUID, actor_id: int
) -> uuid.UUID:
    """Take one's own submission out of the queue and give its attempt back.

    One conditional UPDATE decides between this and the worker that claims the run. The
    files stay, and the staff can still have it graded.

    Raises
    ------
    NotFoundError
        If there is no such submission, or it is somebody else's.
    RefusedError
        ``not-waiting`` if it does not wait any more, or is graded for another time.
    """
    submission = session.get(Submission, parsed(submission_id))
    if submission is None or submission.user_id != actor_id:
        raise NotFoundError(f"submission {submission_id} is not for this viewer")
    run = session.scalars(
        update(GradingRun)
        .where(
            GradingRun.submission_id == submission.id,
            GradingRun.is_current,
            # A rerun is the staff's: it repeats what has a result already.
            GradingRun.ordinal == 1,
            stands(RunStatus.QUEUED),
        )
        .values(status=RunStatus.SUPERSEDED, finished_at=database_now(session))
        .returning(GradingRun),
        execution_options={"synchronize_session": False, "populate_existing": True},
    ).one_or_none()
    if run is None:
        raise RefusedError(
            "This submission does not wait in the queue any more, so it cannot be "
            "cancelled. Its result stays, and you can submit again.",
            code="not-waiting",
        )
    audit.add(
        session,
        "withdrawn",
        actor_id=actor_id,
        submission_id=submission.id,
        run_id=run.id,
    )
    refund(session, run, "cancelled by the student")
    return run.id
