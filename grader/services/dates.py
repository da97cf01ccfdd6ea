"""The dates, limits and late policy of an assignment: read, previewed, changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import RefusedError
from grader.lateness import LONGEST_GRACE_MINUTES, LatePolicy
from grader.models import (
    Assignment,
    AuditEntry,
    Counting,
    Course,
    Standing,
    User,
)
from grader.services import audit, instructors, standings

CHANGED = "dates-changed"
MOST_ATTEMPTS = 1000
MOST_COOLDOWN_SECONDS = 7 * 86_400
MOST_IN_GROUP = 20
MOST_LATE_DAYS = 100
MOST_GRACE_MINUTES = LONGEST_GRACE_MINUTES
_TIMES = ("opens_at", "due_at")
_LOOKED_BACK = 300


@dataclass(frozen=True, slots=True)
class Rules:
    """What an instructor can change at any time.

    Parameters
    ----------
    late_policy
        JSON of ``LatePolicy``; ``None`` takes nothing late.
    late_days
        Of each student for all assignments of the course.
    """

    opens_at: datetime | None
    due_at: datetime | None
    max_attempts: int | None
    cooldown_seconds: int
    counting: Counting
    group_size: int
    late_policy: dict[str, Any] | None
    late_days: int


@dataclass(frozen=True, slots=True)
class Change:
    """The score of one student before and after; ``None`` where there is none."""

    user_id: int
    name: str
    old: float | None
    new: float | None


def rules_of(session: Session, assignment_id: int) -> Rules:
    """Return what holds now."""
    row = session.get_one(Assignment, assignment_id)
    return Rules(
        opens_at=row.opens_at,
        due_at=row.due_at,
        max_attempts=row.max_attempts,
        cooldown_seconds=row.cooldown_seconds,
        counting=row.counting,
        group_size=row.group_size,
        late_policy=row.late_policy,
        late_days=session.get_one(Course, row.course_id).late_days,
    )


def late_policy(timezone: str, **fields: Any) -> dict[str, Any] | None:
    """Return the JSON of a policy.

    Raises
    ------
    RefusedError
        ``bad-policy`` if the fields make no sense together.
    """
    try:
        return LatePolicy.model_validate({"timezone": timezone, **fields}).stored()
    except ValueError:
        raise RefusedError(
            "This late policy makes no sense: percentages go from 0 to 100, the grace "
            "time is at most a week, and there is either a percentage or a list.",
            code="bad-policy",
        ) from None


def preview(session: Session, assignment_id: int, rules: Rules) -> list[Change]:
    """Return whose score would change, by name; changes nothing."""
    row = session.get_one(Assignment, assignment_id)
    columns = {one.name: getattr(row, one.name) for one in Assignment.__table__.columns}
    # A copy that no session knows, so that nothing of it can be written.
    as_if = Assignment(**{**columns, **_columns(rules)})
    expected = standings.expected(session, assignment_id, as_if)
    new = {row["user_id"]: row["final"] for row in expected if row["counts"]}
    old: dict[int, float | None] = dict(
        session.execute(
            select(Standing.user_id, Standing.final).where(
                Standing.assignment_id == assignment_id, Standing.counts
            )
        ).all()
    )
    moved = {user for user in old | new if old.get(user) != new.get(user)}
    names = session.execute(
        select(User.id, User.name).where(User.id.in_(moved)).order_by(User.name)
    )
    return [Change(user, name, old.get(user), new.get(user)) for user, name in names]


def change(
    session: Session, assignment_id: int, rules: Rules, *, actor_id: int
) -> None:
    """Put new rules in the place of the old, and make the scores anew.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    RefusedError
        If one of the numbers is out of bounds or the dates contradict each other.
    """
    assignment = instructors.assignment(session, assignment_id, actor_id)
    _refuse_nonsense(rules)
    before = rules_of(session, assignment_id)
    if before == rules:
        return
    for name, value in _columns(rules).items():
        setattr(assignment, name, value)
    session.get_one(Course, assignment.course_id).late_days = rules.late_days
    audit.add(
        session,
        CHANGED,
        actor_id=actor_id,
        old={"assignment": assignment_id, **_as_json(before)},
        new={"assignment": assignment_id, **_as_json(rules)},
    )
    session.flush()
    standings.settle_assignment(session, assignment_id)


def previous(session: Session, assignment_id: int) -> Rules | None:
    """Return the rules before the last change, ``None`` if there was no change."""
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == CHANGED)
        .order_by(AuditEntry.id.desc())
        .limit(_LOOKED_BACK)
    )
    for entry in entries:
        if entry.old["assignment"] == assignment_id:
            return _from_json(entry.old)
    return None


def undo(session: Session, assignment_id: int, *, actor_id: int) -> None:
    """Put back the rules before the last change; doing it twice does it again.

    Raises
    ------
    NotFoundError, ForbiddenError
        If the actor is no instructor of the course.
    RefusedError
        ``nothing-to-undo``.
    """
    instructors.assignment(session, assignment_id, actor_id)
    rules = previous(session, assignment_id)
    if rules is None:
        raise RefusedError("Nothing was changed here yet.", code="nothing-to-undo")
    change(session, assignment_id, rules, actor_id=actor_id)


def _columns(rules: Rules) -> dict[str, Any]:
    """Return the columns of the assignment itself."""
    return {name: value for name, value in asdict(rules).items() if name != "late_days"}


def _refuse_nonsense(rules: Rules) -> None:
    if rules.opens_at and rules.due_at and rules.opens_at >= rules.due_at:
        raise RefusedError(
            "The assignment must open before it is due.", code="opens-after-due"
        )
    limit = 1 if rules.max_attempts is None else rules.max_attempts
    bounds = (
        (limit, 1, MOST_ATTEMPTS, "number of attempts"),
        (rules.cooldown_seconds, 0, MOST_COOLDOWN_SECONDS, "pause in seconds"),
        (rules.group_size, 1, MOST_IN_GROUP, "size of a group"),
        (rules.late_days, 0, MOST_LATE_DAYS, "number of late days"),
    )
    for value, least, most, name in bounds:
        if not least <= value <= most:
            raise RefusedError(
                f"The {name} must be from {least} to {most}.", code="out-of-bounds"
            )


def _as_json(rules: Rules) -> dict[str, Any]:
    stored = asdict(rules)
    for name in _TIMES:
        stored[name] = stored[name].isoformat() if stored[name] else None
    return stored


def _from_json(stored: Mapping[str, Any]) -> Rules:
    values = {name: stored[name] for name in Rules.__dataclass_fields__}
    for name in _TIMES:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    values["counting"] = Counting(values["counting"])
    return Rules(**values)
