"""The standing of one submission in the usual case, in as few statements as there are.

Every graded run settles one, so it is part of what grading costs. Where a group, an
override or a rubric mark has a say, this does nothing and `standings.settle` goes its
long way; a test holds that both come to the same.
"""

import uuid
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from grader.models import (
    Assignment,
    AssignmentSnapshot,
    Attempts,
    Counting,
    Enrolment,
    Extension,
    GradingRun,
    Override,
    RubricMark,
    Standing,
    Submission,
)
from grader.services.due_dates import own_date
from grader.services.standing_rows import Facts, changes, counting_one, row_of
from grader.services.upserts import insert_or_update_all

# By the tables, and built once: the ORM costs more time than the database.
_SUBMISSION, _RUN, _ASSIGNMENT, _SNAPSHOT, _ATTEMPTS, _ENROLMENT, _EXTENSION = (
    cast(Table, model.__table__)
    for model in (
        Submission,
        GradingRun,
        Assignment,
        AssignmentSnapshot,
        Attempts,
        Enrolment,
        Extension,
    )
)
_OVERRIDE, _MARK, _STANDING = (
    cast(Table, model.__table__) for model in (Override, RubricMark, Standing)
)
_THIS: BindParameter[uuid.UUID] = bindparam("submission")
_DATE = _ASSIGNMENT.c.due_at.type
_LOCK = (
    select(_ATTEMPTS.c.used)
    .where(
        _SUBMISSION.c.id == _THIS,
        _ATTEMPTS.c.assignment_id == _SUBMISSION.c.assignment_id,
        _ATTEMPTS.c.user_id == _SUBMISSION.c.user_id,
    )
    .with_for_update(of=_ATTEMPTS)
)
_IS_SPECIAL = or_(
    _ASSIGNMENT.c.group_size > 1,
    exists().where(_MARK.c.submission_id == _THIS),
    exists().where(
        _OVERRIDE.c.submission_id == _THIS, _OVERRIDE.c.removed_at.is_(None)
    ),
)
_OWN = select(
    _STANDING.c.submission_id,
    _STANDING.c.number,
    _STANDING.c.received_at,
    _STANDING.c.final,
    _STANDING.c.counts,
).where(
    _STANDING.c.assignment_id == bindparam("assignment"),
    _STANDING.c.user_id == bindparam("user"),
)
_MARK_ONE = (
    update(_STANDING)
    .where(
        _STANDING.c.submission_id == bindparam("which"),
        _STANDING.c.user_id == bindparam("user"),
    )
    .values(counts=bindparam("now"))
)


def _facts() -> Select[Any]:
    """Return the query for all that the usual standing is made of."""
    student = and_(
        _ENROLMENT.c.course_id == _ASSIGNMENT.c.course_id,
        _ENROLMENT.c.user_id == _SUBMISSION.c.user_id,
    )
    granted = and_(
        _EXTENSION.c.assignment_id == _ASSIGNMENT.c.id,
        _EXTENSION.c.user_id == _SUBMISSION.c.user_id,
    )
    return (
        select(
            _SUBMISSION.c.user_id,
            _SUBMISSION.c.number,
            _SUBMISSION.c.received_at,
            _SUBMISSION.c.late_days,
            _RUN.c.id.label("run_id"),
            _RUN.c.score,
            func.coalesce(_RUN.c.max_score, _SNAPSHOT.c.max_score).label("most"),
            _ASSIGNMENT.c.id.label("assignment_id"),
            _ASSIGNMENT.c.late_policy,
            _ASSIGNMENT.c.counting,
            func.coalesce(
                _EXTENSION.c.due_at,
                _ASSIGNMENT.c.due_at,
                type_=_ASSIGNMENT.c.due_at.type,
            ).label("due_at"),
            func.coalesce(_ENROLMENT.c.extra_minutes, 0).label("extra_minutes"),
            _ATTEMPTS.c.chosen_id,
            _IS_SPECIAL.label("is_special"),
        )
        .join(_RUN, _RUN.c.submission_id == _SUBMISSION.c.id)
        .join(_SNAPSHOT, _SNAPSHOT.c.id == _RUN.c.snapshot_id)
        .join(_ASSIGNMENT, _ASSIGNMENT.c.id == _SUBMISSION.c.assignment_id)
        .outerjoin(_ENROLMENT, student)
        .outerjoin(_EXTENSION, granted)
        .outerjoin(
            _ATTEMPTS,
            and_(
                _ATTEMPTS.c.assignment_id == _ASSIGNMENT.c.id,
                _ATTEMPTS.c.user_id == _SUBMISSION.c.user_id,
            ),
        )
        .where(_SUBMISSION.c.id == _THIS, _RUN.c.is_current)
    )


_FACTS = _facts()


def settle(session: Session, submission_id: uuid.UUID) -> bool:
    """Make the standing of a submission anew; ``False`` where this is not enough."""
    session.flush()
    connection = session.connection()
    this = {"submission": submission_id}
    connection.execute(_LOCK, this)
    found = connection.execute(_FACTS, this).one_or_none()
    if found is None:
        return True
    if found.is_special:
        return False
    facts = Facts(
        submission_id=submission_id,
        assignment_id=found.assignment_id,
        run_id=found.run_id,
        number=found.number,
        received_at=found.received_at,
        late_days=found.late_days,
        raw=found.score,
        max_score=found.most,
    )
    due_at = own_date(found.due_at, found.extra_minutes)
    row = row_of(facts, found.late_policy, found.user_id, 0.0, due_at)
    insert_or_update_all(session, Standing, [{**row, "needs_look": False}])
    _recount(session, found)
    return True


def _recount(session: Session, found: Row[Any]) -> None:
    """Mark the one of the student's standings that counts."""
    connection = session.connection()
    who = {"assignment": found.assignment_id, "user": found.user_id}
    rows = [row._asdict() for row in connection.execute(_OWN, who)]
    best = counting_one(rows, Counting(found.counting), found.chosen_id)
    for which, counts in changes(rows, best):
        values = {"which": which, "user": found.user_id, "now": counts}
        connection.execute(_MARK_ONE, values)
