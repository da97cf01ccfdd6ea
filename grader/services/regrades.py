"""A student's questions about a score, and what the staff answer."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.db import database_now
from grader.errors import ForbiddenError, NotFoundError, RefusedError
from grader.models import (
    CourseRole,
    RegradeMessage,
    RegradeRequest,
    RegradeState,
    RunStatus,
    Standing,
    Submission,
)
from grader.services import (
    audit,
    entered_text,
    overrides,
    regrade_threads,
    reports,
    reviews,
    staff_rights,
)
from grader.services.ids import parsed


def open_request(
    session: Session,
    submission_id: str | uuid.UUID,
    user_id: int,
    *,
    text: str,
    check: str = "",
) -> uuid.UUID:
    """Ask about one's own submission, or about one check of it.

    Parameters
    ----------
    check
        Id of a check that this student sees; empty for the submission as a whole.

    Raises
    ------
    NotFoundError
        If the submission or the check is not for this student.
    ForbiddenError
        If it is not the student's own submission.
    RefusedError
        ``empty-text``, ``long-text``, ``not-graded`` or ``already-open``.
    """
    view = reports.for_viewer(session, submission_id=submission_id, viewer_id=user_id)
    if not view.is_mine:
        raise ForbiddenError(f"submission {submission_id} is somebody else's")
    if check and check not in {one.id for one in view.checks}:
        # The same answer for what is hidden and for what does not exist.
        raise NotFoundError(f"submission {submission_id} shows no check {check!r}")
    clean = entered_text.remark(text, name="question")
    if view.status is not RunStatus.GRADED:
        raise RefusedError(
            "You can ask once the submission is graded.", code="not-graded"
        )
    submission = session.get_one(Submission, parsed(submission_id))
    staff_rights.take_turn(session, submission)
    _refuse_second(session, submission.id, check)
    request = RegradeRequest(
        assignment_id=submission.assignment_id,
        submission_id=submission.id,
        check=check,
        opened_by=user_id,
        created_at=database_now(session),
        score_before=_score(session, submission.id, user_id),
    )
    session.add(request)
    session.flush()
    _say(session, request, user_id, clean)
    _note(session, "regrade_opened", request, user_id, clean)
    return request.id


def reply(
    session: Session, request_id: str | uuid.UUID, actor_id: int, text: str
) -> None:
    """Add an entry to the thread, by who asked or by somebody of the staff.

    Raises
    ------
    NotFoundError
        If it is not for this person.
    RefusedError
        ``empty-text``, ``long-text`` or ``closed``.
    """
    request, _ = _take(session, request_id, actor_id)
    _refuse_closed(request)
    clean = entered_text.remark(text, name="answer")
    _say(session, request, actor_id, clean)
    _note(session, "regrade_answered", request, actor_id, clean)


def reply_to_many(
    session: Session,
    assignment_id: int,
    submission_ids: Iterable[uuid.UUID],
    actor_id: int,
    text: str,
) -> int:
    """Write one answer into all open requests about some submissions; return how many.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the assignment is not for this person to review.
    RefusedError
        ``empty-text``, ``long-text`` or ``nobody-asked``.
    """
    staff_rights.on_assignment(session, assignment_id, actor_id)
    clean = entered_text.remark(text, name="answer")
    found = open_about(session, assignment_id, submission_ids)
    if not found:
        raise RefusedError(
            "None of these students has an open regrade request.", code="nobody-asked"
        )
    for request in found:
        _say(session, request, actor_id, clean)
        _note(session, "regrade_answered", request, actor_id, clean)
    return len(found)


def open_about(
    session: Session, assignment_id: int, submission_ids: Iterable[uuid.UUID]
) -> list[RegradeRequest]:
    """Return the open requests about some submissions of an assignment."""
    return list(
        session.scalars(
            select(RegradeRequest).where(
                RegradeRequest.assignment_id == assignment_id,
                RegradeRequest.submission_id.in_(list(submission_ids)),
                RegradeRequest.state == RegradeState.OPEN,
            )
        )
    )


def withdraw(session: Session, request_id: str | uuid.UUID, user_id: int) -> None:
    """Take one's own question back.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not this student's.
    RefusedError
        ``closed``.
    """
    request, _ = _take(session, request_id, user_id)
    if request.opened_by != user_id:
        raise ForbiddenError(f"request {request_id} is somebody else's")
    _refuse_closed(request)
    _close(session, request, user_id, RegradeState.WITHDRAWN, "")


def accept(
    session: Session,
    request_id: str | uuid.UUID,
    actor_id: int,
    text: str,
    *,
    points: str = "",
) -> None:
    """Say that the student is right, and set the points of the check if they change.

    Parameters
    ----------
    points
        What the check gives from now on; empty leaves the points as they are.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not for this person to decide.
    RefusedError
        ``empty-text``, ``long-text``, ``closed``, ``no-check``, or as
        ``overrides.set_points`` does.
    """
    request = _for_staff(session, request_id, actor_id)
    _refuse_closed(request)
    clean = entered_text.remark(
        text, most=overrides.LONGEST_REASON if points.strip() else 4000, name="answer"
    )
    if points.strip():
        if not request.check:
            raise RefusedError(
                "This request is about no single check. Set the points in the review.",
                code="no-check",
            )
        overrides.set_points(
            session,
            request.submission_id,
            actor_id,
            check=request.check,
            points=points,
            reason=clean,
        )
    _say(session, request, actor_id, clean)
    _close(session, request, actor_id, RegradeState.ACCEPTED, clean)


def decline(
    session: Session, request_id: str | uuid.UUID, actor_id: int, text: str
) -> None:
    """Say that the score stays, and why.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not for this person to decide.
    RefusedError
        ``empty-text``, ``long-text`` or ``closed``.
    """
    request = _for_staff(session, request_id, actor_id)
    _refuse_closed(request)
    clean = entered_text.remark(text, name="reason")
    _say(session, request, actor_id, clean)
    _close(session, request, actor_id, RegradeState.DECLINED, clean)


def reopen(
    session: Session, request_id: str | uuid.UUID, actor_id: int, text: str
) -> None:
    """Ask again, or take a decision back; the score stays until the next decision.

    Raises
    ------
    NotFoundError
        If it is not for this person.
    RefusedError
        ``empty-text``, ``long-text``, ``still-open`` or ``already-open``.
    """
    request, _ = _take(session, request_id, actor_id)
    if request.state is RegradeState.OPEN:
        raise RefusedError("This request is open already.", code="still-open")
    clean = entered_text.remark(text, name="reason")
    _refuse_second(session, request.submission_id, request.check)
    before = request.state
    request.state = RegradeState.OPEN
    request.closed_at = request.closed_by = request.score_after = None
    _say(session, request, actor_id, clean)
    _note(session, "regrade_reopened", request, actor_id, clean, old=str(before))


def assign(
    session: Session,
    request_id: str | uuid.UUID,
    actor_id: int,
    assignee_id: int | None,
) -> None:
    """Say who of the staff answers; ``None`` for whoever comes first.

    Raises
    ------
    NotFoundError, ForbiddenError
        If it is not for this person to decide.
    RefusedError
        ``not-staff``.
    """
    request = _for_staff(session, request_id, actor_id)
    submission = session.get_one(Submission, request.submission_id)
    course_id = submission.assignment.course_id
    reviews.refuse_stranger(session, course_id, assignee_id, actor_id)
    old, request.assigned_to = request.assigned_to, assignee_id
    session.flush()
    audit.add(
        session,
        "regrade_assigned",
        actor_id=actor_id,
        submission_id=request.submission_id,
        old={"request": str(request.id), "assigned_to": old},
        new={"request": str(request.id), "assigned_to": assignee_id},
    )


def _take(
    session: Session, request_id: str | uuid.UUID, actor_id: int
) -> tuple[RegradeRequest, CourseRole]:
    """Return a request as it is once everybody else is done with it."""
    request = regrade_threads.existing(session, request_id)
    role = regrade_threads.role_for(session, request, actor_id)
    submission = session.get_one(Submission, request.submission_id)
    staff_rights.take_turn(session, submission)
    session.refresh(request)
    return request, role


def _for_staff(
    session: Session, request_id: str | uuid.UUID, actor_id: int
) -> RegradeRequest:
    request, role = _take(session, request_id, actor_id)
    if not role.is_staff:
        raise ForbiddenError(f"user {actor_id} may not decide {request_id}")
    return request


def _refuse_second(session: Session, submission_id: uuid.UUID, check: str) -> None:
    other = session.scalars(
        select(RegradeRequest.id).where(
            RegradeRequest.submission_id == submission_id,
            RegradeRequest.check == check,
            RegradeRequest.state == RegradeState.OPEN,
        )
    ).first()
    if other is not None:
        raise RefusedError(
            "There is an open request about this already; write your question there.",
            code="already-open",
        )


def _refuse_closed(request: RegradeRequest) -> None:
    if request.state is not RegradeState.OPEN:
        raise RefusedError(
            "This request is closed. Reopen it to write more.", code="closed"
        )


def _say(session: Session, request: RegradeRequest, author_id: int, text: str) -> None:
    session.add(
        RegradeMessage(
            request_id=request.id,
            author_id=author_id,
            text=text,
            created_at=database_now(session),
        )
    )
    session.flush()


def _close(
    session: Session,
    request: RegradeRequest,
    actor_id: int,
    state: RegradeState,
    reason: str,
) -> None:
    request.state = state
    request.closed_at = database_now(session)
    request.closed_by = actor_id
    request.score_after = _score(session, request.submission_id, request.opened_by)
    _note(session, f"regrade_{state}", request, actor_id, reason, old="open")
    session.flush()


def _score(session: Session, submission_id: uuid.UUID, user_id: int) -> float | None:
    return session.scalar(
        select(Standing.final).where(
            Standing.submission_id == submission_id, Standing.user_id == user_id
        )
    )


def _note(
    session: Session,
    action: str,
    request: RegradeRequest,
    actor_id: int,
    text: str,
    *,
    old: str | None = None,
) -> None:
    about = {"request": str(request.id), "check": request.check}
    after = {"state": str(request.state or RegradeState.OPEN)}
    scores = {"before": request.score_before, "after": request.score_after}
    audit.add(
        session,
        action,
        actor_id=actor_id,
        submission_id=request.submission_id,
        old=None if old is None else {**about, "state": old},
        new={**about, **after, **scores},
        reason=text,
    )
