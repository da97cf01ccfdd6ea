"""What dates, limits and late policies mean for people, in moments and in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader import lateness, scoring
from grader.errors import NotFoundError
from grader.lateness import Lateness, LatePolicy, percent_words, span_words
from grader.models import (
    Assignment,
    Course,
    CourseRole,
    Enrolment,
    Extension,
    User,
)
from grader.services import admission, late_days
from grader.services.due_dates import own_date


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one student in one assignment, at some moment.

    Parameters
    ----------
    due_at
        The student's own, with extension and extra time.
    is_extended
        Whether that is another date than everybody's.
    last_moment
        When the last submission of this student is taken, with the late days that are
        left; ``None`` for never.
    most_attempts, attempts_left
        ``None`` where there is no limit.
    next_at
        The end of the pause after the last attempt, if it is still going on.
    late_days, late_days_left
        Of the whole course, and those that no assignment has used.
    mates
        The names of who hands in together with this student.
    now
        What it would mean to hand in at once.
    closed
        Why nothing can be handed in now; empty if something can.
    policy
        The rules in sentences.
    """

    opens_at: datetime | None
    due_at: datetime | None
    is_extended: bool
    last_moment: datetime | None
    most_attempts: int | None
    attempts_used: int
    attempts_left: int | None
    next_at: datetime | None
    late_days: int
    late_days_left: int
    mates: tuple[str, ...]
    now: Lateness
    closed: str
    policy: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """One line of a table that shows what a policy does; ``points`` of ``out_of``."""

    late: str
    points: float
    out_of: float
    is_accepted: bool
    steps: tuple[str, ...]


def for_student(
    session: Session, assignment_id: int, user_id: int, *, now: datetime
) -> Terms:
    """Return what holds for somebody who is enrolled.

    Raises
    ------
    NotFoundError
        If there is no such assignment.
    RefusedError
        ``not-enrolled``.
    """
    assignment, course = _found(session, assignment_id)
    who = admission.entrant(session, assignment, course, user_id)
    so_far = admission.spent(session, assignment_id, who)
    uses_bank = LatePolicy.of(assignment.late_policy).uses_bank and course.late_days > 0
    days = 0
    if uses_bank:
        days = admission.available(session, assignment, course, who)
    last = lateness.last_moment(assignment.late_policy, who.due_at, days)
    limit = who.most_attempts
    remaining = None if limit is None else max(0, limit - so_far.used)
    again = admission.next_at(assignment, so_far)
    charge = lateness.days_to_charge(
        assignment.late_policy, due_at=who.due_at, received_at=now, available=days
    )
    early = assignment.opens_at is not None and now < assignment.opens_at
    return Terms(
        opens_at=assignment.opens_at,
        due_at=who.due_at,
        is_extended=who.is_extended,
        last_moment=last,
        most_attempts=limit,
        attempts_used=so_far.used,
        attempts_left=remaining,
        next_at=again if again is not None and again > now else None,
        late_days=course.late_days if uses_bank else 0,
        late_days_left=late_days.left(session, course, user_id) if uses_bank else 0,
        mates=_names(session, [one for one in who.team if one != user_id]),
        now=lateness.judge(
            assignment.late_policy,
            due_at=who.due_at,
            received_at=now,
            bank_days=charge,
        ),
        closed=_closed(course, last, remaining, now)
        or (_not_open(assignment, course) if early and not who.role.is_staff else ""),
        policy=_words(assignment, course),
    )


def last_moment(session: Session, assignment_id: int) -> datetime | None:
    """Return when the last submission of anybody could be taken, ``None`` for never.

    With everybody's extension, extra time and late days, used or not.

    Raises
    ------
    NotFoundError
        If there is no such assignment.
    """
    assignment, course = _found(session, assignment_id)
    dates = [date for date in _all_dates(session, assignment) if date is not None]
    if not dates:
        return None
    return max(
        moment
        for date in dates
        if (
            moment := lateness.last_moment(
                assignment.late_policy, date, course.late_days
            )
        )
        is not None
    )


def examples(
    policy: Mapping[str, Any] | None,
    *,
    due_at: datetime,
    points: float,
    available: int = 0,
) -> list[Example]:
    """Return what somebody who has earned some points keeps, for several moments."""
    rows = []
    for seconds in (0, 600, 3_600, 26 * 3_600, 50 * 3_600, 7 * 86_400):
        moment = due_at + timedelta(seconds=seconds)
        days = lateness.days_to_charge(
            policy, due_at=due_at, received_at=moment, available=available
        )
        late = lateness.judge(policy, due_at=due_at, received_at=moment, bank_days=days)
        rows.append(
            Example(
                late=f"{span_words(seconds)} late" if seconds else "in time",
                points=scoring.rounded(points * late.share),
                out_of=points,
                is_accepted=late.is_accepted,
                steps=late.steps,
            )
        )
    return rows


def late_words(policy: Mapping[str, Any] | None, course: Course) -> tuple[str, ...]:
    """Return the rules about being late in sentences."""
    return tuple(_late_words(LatePolicy.of(policy), course))


def _words(assignment: Assignment, course: Course) -> tuple[str, ...]:
    words: list[str] = []
    if assignment.due_at is not None:
        words += late_words(assignment.late_policy, course)
    if assignment.cooldown_seconds:
        pause = span_words(assignment.cooldown_seconds)
        words.append(f"After an attempt there is a pause of {pause} before the next.")
    if assignment.group_size > 1:
        words.append(
            f"Up to {assignment.group_size} students may hand in together. What one of "
            "them hands in counts for all, and so does each attempt."
        )
    return tuple(words)


def _late_words(rules: LatePolicy, course: Course) -> Iterator[str]:
    bank = course.late_days if rules.uses_bank else 0
    if rules.grace_minutes:
        yield f"Up to {span_words(60 * rules.grace_minutes)} late costs nothing."
    if bank:
        days = "1 late day" if bank == 1 else f"{bank} late days"
        yield (
            "Late days of the course are used first, as many as help. Each student has "
            f"{days} for all assignments together."
        )
    if rules.percent_per_day is not None:
        share = percent_words(rules.percent_per_day)
        yield f"Each day late that has begun takes {share} of the earned points."
    for one in rules.credit:
        until = (
            f"{span_words(3_600 * (one.hours or 0))} after the due date"
            if one.until is None
            else _moment(one.until, course)
        )
        yield f"Until {until}, {percent_words(one.percent)} of the points are kept."
    if rules == LatePolicy(timezone=rules.timezone, last_at=rules.last_at):
        yield "Nothing is accepted after the due date."
    elif rules.last_at is not None:
        yield f"Nothing late is accepted after {_moment(rules.last_at, course)}."


def _closed(
    course: Course, last: datetime | None, remaining: int | None, now: datetime
) -> str:
    if last is not None and now > last:
        return (
            f"The last moment to hand in was {_moment(last, course)}. Your submissions "
            "and their reports stay here."
        )
    return "You have used all your attempts." if remaining == 0 else ""


def _not_open(assignment: Assignment, course: Course) -> str:
    if assignment.opens_at is None:
        return ""
    return f"This assignment opens on {_moment(assignment.opens_at, course)}."


def _all_dates(session: Session, assignment: Assignment) -> Iterator[datetime | None]:
    """Yield the latest ordinary date, and that of everybody with an extension."""
    among = (
        Enrolment.course_id == assignment.course_id,
        Enrolment.role == CourseRole.STUDENT,
        Enrolment.dropped_at.is_(None),
    )
    most = session.scalar(select(func.max(Enrolment.extra_minutes)).where(*among))
    yield own_date(assignment.due_at, most or 0)
    for due_at, minutes in session.execute(
        select(Extension.due_at, Enrolment.extra_minutes)
        .join(Enrolment, Enrolment.user_id == Extension.user_id)
        .where(
            *among,
            Extension.assignment_id == assignment.id,
            Extension.due_at.is_not(None),
        )
    ):
        yield own_date(due_at, minutes)


def _found(session: Session, assignment_id: int) -> tuple[Assignment, Course]:
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        raise NotFoundError(f"assignment {assignment_id} does not exist")
    return assignment, session.get_one(Course, assignment.course_id)


def _names(session: Session, user_ids: Iterable[int]) -> tuple[str, ...]:
    wanted = list(user_ids)
    if not wanted:
        return ()
    query = select(User.name).where(User.id.in_(wanted)).order_by(User.name)
    return tuple(session.scalars(query))


def _moment(moment: datetime, course: Course) -> str:
    local = moment.astimezone(ZoneInfo(course.timezone))
    return f"{local.day} {local:%B %Y, %H:%M} ({course.timezone})"
