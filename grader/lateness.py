"""How late a submission is and what that costs; pure functions of times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
        Whether it is taken at all.
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

    Parameters
    ----------
    policy
        JSON of a policy; ``None`` takes nothing that is late.
    due_at
        Of this student, with extension and extra time; ``None`` for no date.
    bank_days
        Late days that the submission was charged and that therefore cost nothing.
    """
    if due_at is None or received_at <= due_at:
        return Lateness(0.0, 1.0, is_accepted=True)
    return Lateness((received_at - due_at).total_seconds(), 1.0, is_accepted=False)
