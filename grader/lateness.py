"""How late a submission is and what that costs; pure functions of times."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

_DAY = timedelta(days=1)
_SHARE_DIGITS = 9
LONGEST_GRACE_MINUTES = 7 * 24 * 60
MOST_CREDITS = 20


class Credit(BaseModel):
    """One line of a list of credits: what is kept until some moment.

    Parameters
    ----------
    until
        The moment itself, the same for everybody.
    hours
        Or so many hours after the student's own due date.
    percent
        Of the points that is kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    until: AwareDatetime | None = None
    hours: Annotated[float, Field(gt=0, le=10_000)] | None = None
    percent: Annotated[float, Field(ge=0, le=100)]

    @model_validator(mode="after")
    def _is_one_moment(self) -> "Credit":
        if (self.until is None) == (self.hours is None):
            raise ValueError("credit: give either until or hours")
        return self


class LatePolicy(BaseModel):
    """What being late costs in one assignment; the default takes nothing late.

    Parameters
    ----------
    timezone
        Of the course: a late day ends at the same time by the clock as the day before,
        also where a day has 23 or 25 hours.
    grace_minutes
        After the due date, without any loss.
    percent_per_day
        Taken from the earned points for each day that has begun, counted from the end
        of the grace time.
    credit
        A list of moments and what is kept until then; not along with a percentage.
    uses_bank
        Whether the student's late days of the course are used before points are lost.
    last_at
        Nothing late is taken after this moment, whatever else would allow it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: str = "UTC"
    grace_minutes: Annotated[int, Field(ge=0, le=LONGEST_GRACE_MINUTES)] = 0
    percent_per_day: Annotated[float, Field(gt=0, le=100)] | None = None
    credit: Annotated[tuple[Credit, ...], Field(max_length=MOST_CREDITS)] = ()
    uses_bank: bool = False
    last_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> "LatePolicy":
        if self.percent_per_day is not None and self.credit:
            raise ValueError("late policy: a percentage and a list of credits at once")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"late policy: no time zone {self.timezone!r}") from error
        return self

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> "LatePolicy":
        """Read what the database keeps; nothing there means nothing late."""
        return _NOTHING_LATE if stored is None else cls.model_validate(stored)

    def stored(self) -> dict[str, Any] | None:
        """Return the JSON for the database, ``None`` where nothing late is taken."""
        if self == LatePolicy(timezone=self.timezone, last_at=self.last_at):
            return None
        return self.model_dump(mode="json", exclude_defaults=True)


_NOTHING_LATE = LatePolicy()


@dataclass(frozen=True, slots=True)
class Lateness:
    """What a moment means under a policy.

    Parameters
    ----------
    seconds
        After the due date, never negative.
    share
        Of the points that is kept, from 0 to 1.
    is_accepted
        Whether it is taken at all; what is not keeps no points.
    steps
        The arithmetic, one short sentence for each step, for people to follow.
    """

    seconds: float
    share: float
    is_accepted: bool
    steps: tuple[str, ...] = ()


def judge(
    policy: Mapping[str, Any] | None,
    *,
    due_at: datetime | None,
    received_at: datetime,
    bank_days: int = 0,
) -> Lateness:
    """Return what it means to hand in at a moment.

    The later the moment, the smaller the share, or it stays the same.

    Parameters
    ----------
    policy
        JSON of a policy; ``None`` takes nothing that is late.
    due_at
        Of this student, with extension and extra time; ``None`` for no date.
    bank_days
        Late days that the submission was charged and that therefore cost nothing. They
        mean nothing where the policy does not use them.
    """
    if due_at is None or received_at <= due_at:
        return Lateness(0.0, 1.0, is_accepted=True)
    rules = LatePolicy.of(policy)
    days = bank_days if rules.uses_bank else 0
    seconds = (received_at - due_at).total_seconds()
    steps = [f"Handed in {span_words(seconds)} after the due date."]
    if received_at > _last(rules, due_at, days):
        steps.append("That is after the last moment at which anything was accepted.")
        return Lateness(seconds, 0.0, is_accepted=False, steps=tuple(steps))
    share = _share(rules, due_at, received_at, days, steps)
    return Lateness(seconds, share, is_accepted=True, steps=tuple(steps))


def last_moment(
    policy: Mapping[str, Any] | None, due_at: datetime | None, bank_days: int = 0
) -> datetime | None:
    """Return the last moment at which anything is accepted, ``None`` for never.

    Parameters
    ----------
    bank_days
        How many late days there are to use.
    """
    if due_at is None:
        return None
    rules = LatePolicy.of(policy)
    return _last(rules, due_at, bank_days if rules.uses_bank else 0)


def days_to_charge(
    policy: Mapping[str, Any] | None,
    *,
    due_at: datetime | None,
    received_at: datetime,
    available: int,
) -> int:
    """Return how many late days a submission should use: as few as help most.

    Parameters
    ----------
    available
        How many the student has left for this assignment.
    """
    if due_at is None or received_at <= due_at or not LatePolicy.of(policy).uses_bank:
        return 0

    def gained(days: int) -> tuple[bool, float, int]:
        late = judge(policy, due_at=due_at, received_at=received_at, bank_days=days)
        return late.is_accepted, late.share, -days

    needed = days_late(LatePolicy.of(policy), due_at, received_at)
    return max(range(min(available, needed) + 1), key=gained)


def days_late(rules: LatePolicy, due_at: datetime, received_at: datetime) -> int:
    """Return how many days have begun since the end of the grace time."""
    return _started_days(_free_until(rules, due_at, 0), received_at, rules.timezone)


def span_words(seconds: float) -> str:
    """Write a length of time for people, such as ``1 day 2 h``."""
    whole = math.ceil(seconds)
    parts = []
    for size, name in ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s")):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {name}{'s' if size == 86_400 and count > 1 else ''}")
    return " ".join(parts[:2]) or "0 s"


def percent_words(percent: float) -> str:
    """Write a percentage without needless decimals."""
    return f"{percent:.4g} %"


def _share(
    rules: LatePolicy,
    due_at: datetime,
    received_at: datetime,
    bank_days: int,
    steps: list[str],
) -> float:
    """Return what is kept of the points, and say how that comes about."""
    if rules.grace_minutes:
        steps.append(
            f"Up to {span_words(60 * rules.grace_minutes)} late costs nothing."
        )
    if bank_days:
        many = "late day was" if bank_days == 1 else "late days were"
        steps.append(f"{bank_days} {many} used for it.")
    start = _free_until(rules, due_at, bank_days)
    if received_at <= start:
        steps.append("So all of the points are kept.")
        return 1.0
    if rules.percent_per_day is not None:
        days = _started_days(start, received_at, rules.timezone)
        share = max(0.0, 1 - days * rules.percent_per_day / 100)
        begun = "1 day that has" if days == 1 else f"{days} days that have"
        steps.append(
            f"{begun} begun at {percent_words(rules.percent_per_day)} each: "
            f"{percent_words(100 * share)} of the points are kept."
        )
        return round(share, _SHARE_DIGITS)
    kept = _credits(rules, due_at, bank_days)
    percent = max((p for until, p in kept if received_at <= until), default=0.0)
    steps.append(
        f"At that time {percent_words(percent)} of the points are kept by the list."
    )
    return round(percent / 100, _SHARE_DIGITS)


def _free_until(rules: LatePolicy, due_at: datetime, bank_days: int) -> datetime:
    """Return until when nothing is lost."""
    start = due_at + timedelta(minutes=rules.grace_minutes)
    return _after_days(start, bank_days, rules.timezone)


def _last(rules: LatePolicy, due_at: datetime, bank_days: int) -> datetime:
    """Return the last moment that is accepted; never before the due date."""
    last = _free_until(rules, due_at, bank_days)
    if rules.percent_per_day is not None:
        # The day on which nothing would be left is not taken any more.
        days = max(0, math.ceil(round(100 / rules.percent_per_day, 6)) - 1)
        last = _after_days(last, days, rules.timezone)
    last = max([last, *(until for until, _ in _credits(rules, due_at, bank_days))])
    if rules.last_at is not None:
        last = min(last, rules.last_at)
    return max(last, due_at)


def _credits(
    rules: LatePolicy, due_at: datetime, bank_days: int
) -> list[tuple[datetime, float]]:
    """Return the moments of the list; those by the hour move with the late days."""
    start = _after_days(due_at, bank_days, rules.timezone)
    return [
        (
            start + timedelta(hours=one.hours or 0) if one.until is None else one.until,
            one.percent,
        )
        for one in rules.credit
    ]


def _started_days(start: datetime, moment: datetime, timezone: str) -> int:
    """Return how many days have begun from ``start`` to ``moment``."""
    if moment <= start:
        return 0
    # A day may last an hour more or less, so the division only says where to look.
    days = max(1, (moment - start) // _DAY)
    while moment > _after_days(start, days, timezone):
        days += 1
    while days > 1 and moment <= _after_days(start, days - 1, timezone):
        days -= 1
    return days


def _after_days(start: datetime, days: int, timezone: str) -> datetime:
    """Return the same time by the clock so many days later.

    Where the clock shows that time twice or not at all, the later moment is meant.
    """
    if not days:
        return start
    zone = ZoneInfo(timezone)
    wall = (start.astimezone(zone) + timedelta(days=days)).replace(tzinfo=zone)
    return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
