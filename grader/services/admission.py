"""Whether a student may hand in at some moment, and what to say if not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from grader import lateness
from grader.errors import RefusedError
from grader.lateness import LatePolicy, span_words
from grader.models import (
    Assignment,
    Attempts,
    Course,
    CourseRole,
    Enrolment,
    Extension,
    GroupMember,
)
from grader.services import late_days
from grader.services.due_dates import own_date
from grader.services.upserts import insert_if_absent


@dataclass(frozen=True, slots=True)
class Entrant:
    """What holds for one student in one assignment.

    Parameters
    ----------
    due_at
        With extension and extra time.
    is_extended
        Whether that is another date than everybody's.
    most_attempts
        With those granted on top; ``None`` for no limit.
    team
        Everybody whose attempts are counted together, the student included.
    """

    user_id: int
    role: CourseRole
    due_at: datetime | None
    is_extended: bool
    most_attempts: int | None
    team: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spent:
    """The attempts that a student, or a team, has used, and when the last one was."""

    used: int
    last_at: datetime | None


def entrant(
    session: Session, assignment: Assignment, course: Course, user_id: int
) -> Entrant:
    """Return what holds for a student.

    Raises
    ------
    RefusedError
        ``not-enrolled`` for who is not in the course, or not any more.
    """
    # One question for both: this stands in the way of every submission.
    row = session.execute(
        select(Enrolment, Extension)
        .outerjoin(
            Extension,
            and_(
                Extension.user_id == Enrolment.user_id,
                Extension.assignment_id == assignment.id,
            ),
        )
        .where(Enrolment.course_id == course.id, Enrolment.user_id == user_id)
    ).one_or_none()
    if row is None or row[0].dropped_at is not None:
        raise RefusedError(
            f"You are not enrolled in {course.title}, so you cannot hand in here.",
            code="not-enrolled",
        )
    enrolment: Enrolment = row[0]
    extension: Extension | None = row[1]
    base, limit = assignment.due_at, assignment.max_attempts
    if extension is not None:
        base = extension.due_at or base
        limit = None if limit is None else limit + extension.extra_attempts
    due_at = own_date(base, enrolment.extra_minutes)
    return Entrant(
        user_id,
        enrolment.role,
        due_at,
        due_at != assignment.due_at,
        limit,
        team_of(session, assignment, user_id),
    )


def team_of(session: Session, assignment: Assignment, user_id: int) -> tuple[int, ...]:
    """Return who hands in together with a student, the student included."""
    if assignment.group_size <= 1:
        return (user_id,)
    own = select(GroupMember.group_id).where(
        GroupMember.assignment_id == assignment.id, GroupMember.user_id == user_id
    )
    members = session.scalars(
        select(GroupMember.user_id)
        .where(GroupMember.group_id.in_(own))
        .order_by(GroupMember.user_id)
    ).all()
    return tuple(members) or (user_id,)


def wait_for_turn(session: Session, assignment_id: int, who: Entrant) -> Spent:
    """Let parallel requests of one student, or of one team, pass one by one.

    A team waits for the row of its member with the smallest id, which therefore comes
    first for everybody.
    """
    first = min(who.team)
    for user_id in sorted({first, who.user_id}):
        key = {"assignment_id": assignment_id, "user_id": user_id}
        insert_if_absent(session, Attempts, {**key, "used": 0, "submitted": 0})
    columns = select(Attempts.used, Attempts.last_at).filter_by(
        assignment_id=assignment_id
    )
    rows = session.execute(
        columns.where(Attempts.user_id == first).with_for_update()
    ).all()
    if len(who.team) > 1:
        # Asked only now: a statement that waits does not see the rows that were added
        # meanwhile, and another member's may be among them.
        rows = session.execute(columns.where(Attempts.user_id.in_(who.team))).all()
    times = [row.last_at for row in rows if row.last_at is not None]
    return Spent(sum(row.used for row in rows), max(times, default=None))


def spent(session: Session, assignment_id: int, who: Entrant) -> Spent:
    """Return what has been used, without waiting for anybody."""
    row = session.execute(
        select(
            func.coalesce(func.sum(Attempts.used), 0), func.max(Attempts.last_at)
        ).where(Attempts.assignment_id == assignment_id, Attempts.user_id.in_(who.team))
    ).one()
    return Spent(row[0], row[1])


def next_at(assignment: Assignment, so_far: Spent) -> datetime | None:
    """Return when the pause after the last attempt ends, ``None`` for no pause."""
    if not assignment.cooldown_seconds or so_far.last_at is None:
        return None
    return so_far.last_at + timedelta(seconds=assignment.cooldown_seconds)


def refuse_early(
    assignment: Assignment, course: Course, who: Entrant, received_at: datetime
) -> None:
    """Refuse what a student hands in before the assignment opens; staff may try it.

    Raises
    ------
    RefusedError
        ``not-open``.
    """
    opens_at = assignment.opens_at
    if opens_at is None or received_at >= opens_at or who.role.is_staff:
        return
    raise RefusedError(
        f"{assignment.title} opens on {_moment(opens_at, course)}; until then nothing "
        "can be handed in.",
        code="not-open",
    )


def refuse_used_up(
    assignment: Assignment,
    course: Course,
    who: Entrant,
    so_far: Spent,
    received_at: datetime,
) -> None:
    """Refuse what is over the limit of attempts, or comes too soon after the last.

    Raises
    ------
    RefusedError
        ``attempts-used-up`` or ``cooling-down``.
    """
    limit = who.most_attempts
    if limit is not None and so_far.used >= limit:
        times = "attempt" if limit == 1 else f"{limit} attempts"
        owner = "your" if len(who.team) == 1 else "your group's"
        whole = f"{owner} {times}" if limit == 1 else f"all {owner} {times}"
        raise RefusedError(
            f"You have used {whole} for {assignment.title}.", code="attempts-used-up"
        )
    again = next_at(assignment, so_far)
    if again is not None and received_at < again:
        pause = span_words(assignment.cooldown_seconds)
        wait = span_words((again - received_at).total_seconds())
        raise RefusedError(
            f"There is a pause of {pause} after each attempt, so that there is time "
            f"to read the report. The next one is possible in {wait}, from "
            f"{_moment(again, course, seconds=True)}. This cost you no attempt.",
            code="cooling-down",
        )


def late_days_for(
    session: Session,
    assignment: Assignment,
    course: Course,
    who: Entrant,
    received_at: datetime,
) -> int:
    """Return how many late days a submission uses, or refuse it as too late.

    In a team each member pays the same days, so the member with the fewest decides.

    Raises
    ------
    RefusedError
        ``after-deadline``.
    """
    if who.due_at is None or received_at <= who.due_at:
        return 0
    policy, days = assignment.late_policy, 0
    if course.late_days and LatePolicy.of(policy).uses_bank:
        late_days.wait_for_turn(session, course.id, who.team)
        days = lateness.days_to_charge(
            policy,
            due_at=who.due_at,
            received_at=received_at,
            available=available(session, assignment, course, who),
        )
    late = lateness.judge(
        policy, due_at=who.due_at, received_at=received_at, bank_days=days
    )
    if not late.is_accepted:
        raise _too_late(assignment, course, who.due_at, days)
    return days


def available(
    session: Session, assignment: Assignment, course: Course, who: Entrant
) -> int:
    """Return how many late days a student, or a team, could use for an assignment."""
    return min(
        late_days.left(session, course, user_id, besides=assignment.id)
        for user_id in who.team
    )


def _too_late(
    assignment: Assignment, course: Course, due_at: datetime, days: int
) -> RefusedError:
    last = lateness.last_moment(assignment.late_policy, due_at, days) or due_at
    also = ""
    if last > due_at:
        also = f" Late submissions were accepted until {_moment(last, course)}."
    return RefusedError(
        f"The deadline for {assignment.title} was {_moment(due_at, course)}; this "
        f"submission came after it and was not accepted.{also}",
        code="after-deadline",
    )


def _moment(moment: datetime, course: Course, *, seconds: bool = False) -> str:
    local = moment.astimezone(ZoneInfo(course.timezone))
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return f"{local:%d %B %Y}, {clock} ({course.timezone})"
