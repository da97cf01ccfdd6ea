"""What being late costs: exactly at the date, on odd days, and never growing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from grader import lateness
from grader.lateness import LatePolicy

DUE = datetime(2026, 5, 4, 21, 59, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TEN_PERCENT = {"percent_per_day": 10}
LIST = {
    "credit": [
        {"hours": 24, "percent": 80},
        {"until": "2026-05-10T23:59:00+02:00", "percent": 50},
    ]
}
BANK = {"uses_bank": True}


def share(policy: dict[str, Any] | None, late: timedelta, bank_days: int = 0) -> float:
    return lateness.judge(
        policy, due_at=DUE, received_at=DUE + late, bank_days=bank_days
    ).share


def accepted(policy: dict[str, Any] | None, late: timedelta, days: int = 0) -> bool:
    return lateness.judge(
        policy, due_at=DUE, received_at=DUE + late, bank_days=days
    ).is_accepted


@pytest.mark.parametrize("policy", [None, TEN_PERCENT, LIST, BANK])
def test_the_very_moment_of_the_date_is_in_time(policy: dict[str, Any] | None) -> None:
    judged = lateness.judge(policy, due_at=DUE, received_at=DUE)
    assert (judged.seconds, judged.share, judged.is_accepted) == (0.0, 1.0, True)
    assert share(policy, TICK) < 1.0


def test_without_a_date_nothing_is_late() -> None:
    judged = lateness.judge(TEN_PERCENT, due_at=None, received_at=DUE)
    assert judged.share == 1.0
    assert lateness.last_moment(TEN_PERCENT, None) is None


@pytest.mark.parametrize(
    ("late", "kept"),
    [(TICK, 0.9), (DAY, 0.9), (DAY + TICK, 0.8), (9 * DAY, 0.1), (9 * DAY + TICK, 0.0)],
)
def test_each_day_that_has_begun_costs_its_percentage(
    late: timedelta, kept: float
) -> None:
    assert share(TEN_PERCENT, late) == kept
    assert accepted(TEN_PERCENT, late) == (kept > 0)


def test_grace_costs_nothing_and_days_are_counted_from_its_end() -> None:
    policy = {"grace_minutes": 30, "percent_per_day": 25}
    half_an_hour = timedelta(minutes=30)
    assert share(policy, half_an_hour) == 1.0
    assert share(policy, half_an_hour + TICK) == 0.75
    assert share(policy, half_an_hour + DAY) == 0.75
    assert not accepted({"grace_minutes": 30}, half_an_hour + TICK)


def test_a_list_keeps_what_its_next_line_says_and_ends_with_the_last() -> None:
    # The second line ends at 21:59 UTC, six days after the due date.
    assert [share(LIST, late) for late in (DAY, DAY + TICK, 6 * DAY)] == [0.8, 0.5, 0.5]
    assert not accepted(LIST, 6 * DAY + TICK)


def test_late_days_move_the_date_and_what_is_left_is_judged_by_the_rest() -> None:
    policy = {**TEN_PERCENT, **BANK}
    assert share(policy, 2 * DAY, bank_days=2) == 1.0
    assert share(policy, 3 * DAY, bank_days=2) == 0.9
    assert share(TEN_PERCENT, 2 * DAY, bank_days=2) == 0.8


@pytest.mark.parametrize(
    ("policy", "late", "available", "charged"),
    [
        (BANK, HOUR, 5, 1),
        (BANK, DAY + HOUR, 5, 2),
        (BANK, DAY + HOUR, 1, 0),
        ({**BANK, "grace_minutes": 120}, HOUR, 5, 0),
        ({**BANK, **TEN_PERCENT}, 3 * DAY, 2, 2),
        (
            {**BANK, "credit": [{"until": "2026-05-20T00:00Z", "percent": 50}]},
            DAY,
            0,
            0,
        ),
        ({**BANK, "credit": [{"hours": 24, "percent": 80}]}, 3 * DAY, 5, 3),
        (TEN_PERCENT, HOUR, 5, 0),
        (None, HOUR, 5, 0),
    ],
)
def test_as_few_late_days_are_charged_as_help_most(
    policy: dict[str, Any] | None, late: timedelta, available: int, charged: int
) -> None:
    days = lateness.days_to_charge(
        policy, due_at=DUE, received_at=DUE + late, available=available
    )
    assert days == charged


def test_the_last_moment_cuts_what_is_late_and_never_what_is_in_time() -> None:
    policy = {**TEN_PERCENT, "last_at": (DUE + DAY).isoformat()}
    assert accepted(policy, DAY)
    assert not accepted(policy, DAY + TICK)
    extended = DUE + 9 * DAY
    assert lateness.last_moment(policy, extended) == extended


@pytest.mark.parametrize(
    ("due", "hours"),
    [
        # Clocks go forward on 29 March 2026 and back on 25 October 2026.
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), 23),
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), 25),
    ],
)
def test_a_day_ends_at_the_same_time_by_the_clock_however_long_it_is(
    due: datetime, hours: int
) -> None:
    policy = {**TEN_PERCENT, "timezone": "Europe/Vienna"}
    end = due + timedelta(hours=hours)
    kept = [
        lateness.judge(policy, due_at=due, received_at=moment).share
        for moment in (end, end + TICK)
    ]
    assert kept == [0.9, 0.8]


def test_the_steps_show_the_arithmetic() -> None:
    judged = lateness.judge(
        {**TEN_PERCENT, **BANK, "grace_minutes": 15},
        due_at=DUE,
        received_at=DUE + 3 * DAY + 2 * HOUR,
        bank_days=2,
    )
    assert judged.steps == (
        "Handed in 3 days 2 h after the due date.",
        "Up to 15 min late costs nothing.",
        "2 late days were used for it.",
        "2 days that have begun at 10 % each: 80 % of the points are kept.",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent_per_day": 10, "credit": [{"hours": 1, "percent": 5}]},
        {"percent_per_day": 0},
        {"percent_per_day": 101},
        {"grace_minutes": -1},
        {"credit": [{"percent": 5}]},
        {"credit": [{"hours": 1, "until": "2026-05-20T00:00Z", "percent": 5}]},
        {"credit": [{"until": "2026-05-20T00:00", "percent": 5}]},
        {"timezone": "Mars/Olympus"},
        {"kindness": True},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LatePolicy.model_validate(wrong)


policies = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {"timezone": st.sampled_from(["UTC", "Europe/Vienna", "Australia/Lord_Howe"])},
        optional={
            "grace_minutes": st.integers(0, 3000),
            "uses_bank": st.booleans(),
            "last_at": st.integers(-5, 20).map(lambda d: (DUE + d * DAY).isoformat()),
            "percent_per_day": st.floats(1, 100),
        },
    ),
    st.fixed_dictionaries(
        {
            "credit": st.lists(
                st.builds(
                    lambda hours, percent, dated: {
                        **(
                            {"until": (DUE + hours * HOUR).isoformat()}
                            if dated
                            else {"hours": hours}
                        ),
                        "percent": percent,
                    },
                    st.integers(1, 400),
                    st.floats(0, 100),
                    st.booleans(),
                ),
                max_size=4,
            ),
            "uses_bank": st.booleans(),
        }
    ),
)


# Another load on the machine must not decide, so no time is looked at.
@settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    policies,
    st.integers(-40, 400),
    st.floats(0, 200),
    st.floats(0, 2_000_000),
    st.integers(0, 3),
)
def test_later_never_keeps_more_and_acceptance_ends_at_the_last_moment(
    policy: dict[str, Any] | None, days: int, first: float, more: float, bank: int
) -> None:
    due = DUE + days * DAY
    moments = [due + timedelta(hours=first)]
    moments.append(moments[0] + timedelta(seconds=more))
    early, late = (
        lateness.judge(policy, due_at=due, received_at=moment, bank_days=bank)
        for moment in moments
    )
    last = lateness.last_moment(policy, due, bank)
    assert last is not None
    assert 0.0 <= late.share <= early.share <= 1.0
    assert [early.is_accepted, late.is_accepted] == [m <= last for m in moments]


@settings(deadline=None, derandomize=True, database=None)
@given(st.integers(0, 10_000_000))
def test_a_length_of_time_has_at_most_two_parts(seconds: int) -> None:
    assert 2 <= len(lateness.span_words(seconds).split()) <= 4


def test_a_policy_comes_back_from_the_database_as_it_was() -> None:
    policy = LatePolicy.model_validate({**LIST, **BANK, "timezone": "Europe/Vienna"})
    assert LatePolicy.of(policy.stored()) == policy
    assert LatePolicy(timezone="Europe/Vienna").stored() is None
