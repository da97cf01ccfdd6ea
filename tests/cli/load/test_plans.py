"""What a load test is going to do, before anything runs."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from grader.cli.bench_burst import (
    FLOODER,
    LATE_FROM,
    SECONDS,
    percentile,
    schedule,
    students_of,
)
from grader.cli.load.faults import FAULTS, LEAST_PAUSE, MOST_PAUSE, plan


def test_a_whole_burst_has_a_thousand_uploads_of_three_hundred_students() -> None:
    arrivals = schedule(Random(3), 1.0, floods=True)

    assert len(arrivals) == 1000
    assert len({arrival.student for arrival in arrivals}) == 300
    assert Counter(a.student for a in arrivals)[FLOODER] == 200


def test_most_uploads_come_in_the_last_three_minutes() -> None:
    arrivals = schedule(Random(3), 1.0, floods=False)

    late = sum(arrival.at >= LATE_FROM * SECONDS for arrival in arrivals)

    assert 0.55 < late / len(arrivals) < 0.65
    assert all(0 <= arrival.at <= SECONDS for arrival in arrivals)


def test_the_others_do_the_same_whether_or_not_somebody_floods() -> None:
    loud = schedule(Random(8), 0.2, floods=True)
    quiet = schedule(Random(8), 0.2, floods=False)

    assert [a for a in loud if a.student != FLOODER] == quiet
    assert all(arrival.student != FLOODER for arrival in quiet)


def test_one_in_twenty_clicks_twice_and_one_in_twenty_sends_the_same_again() -> None:
    arrivals = schedule(Random(5), 1.0, floods=False)

    twice = sum(arrival.clicks == 2 for arrival in arrivals)
    different = len({(arrival.student, arrival.version) for arrival in arrivals})

    assert 20 <= twice <= 60
    assert 10 <= len(arrivals) - different <= 60


@pytest.mark.parametrize("scale", [0.01, 0.05, 0.3])
def test_a_small_burst_still_has_a_flooder_and_somebody_else(scale: float) -> None:
    arrivals = schedule(Random(1), scale, floods=True)

    students = {arrival.student for arrival in arrivals}

    assert FLOODER in students
    assert len(students) >= 2
    assert students <= set(range(students_of(scale)))


def test_a_percentile_is_one_of_the_values() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]

    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.99) == 5.0
    assert percentile([], 0.5) == 0.0


def test_faults_come_every_few_seconds_and_each_before_any_comes_again() -> None:
    names = list(FAULTS)

    planned = list(plan(Random(2), names, 300.0))
    gaps = [b[0] - a[0] for a, b in pairwise(planned)]

    assert {name for _, name in planned[: len(names)]} == set(names)
    assert all(LEAST_PAUSE <= gap <= MOST_PAUSE for gap in gaps)
    assert planned[-1][0] < 300.0


def test_the_same_seed_plans_the_same_faults() -> None:
    names = list(FAULTS)

    assert list(plan(Random(4), names, 60)) == list(plan(Random(4), names, 60))
    assert list(plan(Random(4), names, 60)) != list(plan(Random(5), names, 60))
