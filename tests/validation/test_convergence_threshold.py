"""What right code reaches says whether a stated threshold is fair."""

import tomllib

import numpy as np
import pytest

from grader.assignments import load_files
from grader.checks.convergence import ConvergenceCheck
from grader.validation.convergence_threshold import (
    Measured,
    complaints,
    measure,
    measured_checks,
    threshold,
)
from tests.checks.convergence_students import HEAD


def check(*changes: tuple[str, str]) -> ConvergenceCheck:
    text = HEAD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (found,) = load_files({"assignment.toml": text.encode()}).checks
    assert isinstance(found, ConvergenceCheck)
    return found


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(check(), runs=40)


def test_a_fair_threshold_gives_no_complaint(measured: Measured) -> None:
    stated = ("threshold = 0.9", f"threshold = {measured.threshold}")

    assert measured.threshold > 0.8
    assert complaints(check(stated), measured) == []


def test_a_threshold_above_the_quantile_is_complained_about(measured: Measured) -> None:
    found = complaints(check(("threshold = 0.9", "threshold = 1.0")), measured)

    assert any(line.startswith("threshold must be at most") for line in found)


def test_a_threshold_that_proves_nothing_is_complained_about(
    measured: Measured,
) -> None:
    found = complaints(check(("threshold = 0.9", "threshold = 0.55")), measured)

    assert len(found) == 1
    assert "guessing reaches 0.5" in found[0]


def test_exclusive_or_with_two_hidden_units_is_a_task_that_flakes() -> None:
    small = check(
        ("hidden = [8]", "hidden = [2]"), ("threshold = 0.9", "threshold = 0.6")
    )

    found = complaints(small, measure(small, runs=40))

    assert any("the task itself flakes" in line for line in found)


def test_too_few_runs_for_a_threshold_are_complained_about() -> None:
    some_fail = Measured(np.array([0.6] * 20 + [0.95] * 80), np.empty((0, 6)), 0.5)

    found = complaints(check(("points = 5", "points = 5\nruns = 2")), some_fail)

    assert any("in all of 2 runs with probability 0.04" in line for line in found)


def test_the_threshold_is_the_five_percent_quantile_rounded_down() -> None:
    shares = np.sort(np.random.default_rng(2).uniform(0.8, 1.0, 300))
    found = Measured(shares, np.empty((0, 6)), 0.5)

    assert found.threshold <= shares[14]
    assert found.threshold > shares[14] - 0.001
    assert found.envelope is None


def test_the_lines_for_the_assignment_are_read_back(measured: Measured) -> None:
    table = tomllib.loads(measured.as_toml())

    assert table["threshold"] == measured.threshold
    mean = table["envelope"]["mean"]
    np.testing.assert_allclose(mean, np.log(measured.curves).mean(axis=0), rtol=1e-3)
    again = check(("threshold = 0.9\n", measured.as_toml()))
    assert again.params.envelope == measured.envelope


def test_every_check_of_an_assignment_is_measured_the_same_each_time() -> None:
    loaded = load_files({"assignment.toml": HEAD.encode()})

    (one,), (other,) = (list(measured_checks(loaded, runs=3)) for _ in range(2))

    assert one[0].params.id == "learns"
    np.testing.assert_array_equal(one[1].accuracies, other[1].accuracies)


def test_a_training_that_overflows_reaches_nothing() -> None:
    wild = check(("lr = 0.5", "lr = 1e308"))

    found = measure(wild, runs=2)

    assert found.accuracies.tolist() == [0.0, 0.0]
    assert found.envelope is None


def test_a_threshold_is_summed_up_with_a_bound_for_all_tries_of_a_report() -> None:
    some_miss = Measured(np.array([0.85] * 3 + [0.95] * 297), np.empty((0, 6)), 0.5)

    found = threshold(check(), some_miss)

    assert (found.check, found.stated, found.tries) == ("learns", 0.9, 5)
    assert (found.right_runs, found.missed) == (300, 3)
    assert (found.most, found.median, found.guess) == (0.95, 0.95, 0.5)
    # Clopper and Pearson: 3 of 300 is below 2.57 % with 95 % confidence.
    assert found.below == pytest.approx(0.0257**5, rel=0.02)
    assert found.lines == "threshold = 0.95\n"
