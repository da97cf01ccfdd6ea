"""Losses that do not fall are recognised, and those that fall are left alone."""

import numpy as np
import pytest

from grader.checks.trainings.loss_trends import Trend, trend

GUESS = float(np.log(10))


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([2.5, 40.0, 900.0], Trend.RISING),
        ([20.0, 34.0, 32.0], Trend.RISING),
        ([2.36, 2.31, 2.306], Trend.AT_GUESS),
        ([2.303, 2.3026, 2.302], Trend.AT_GUESS),
        ([2.53, 2.53, 2.53], Trend.FLAT),
        ([2.0, np.nan, 1.0], Trend.NOT_FINITE),
        ([2.0, 3.0, np.inf], Trend.NOT_FINITE),
        ([3, 4, 9], Trend.RISING),
    ],
)
def test_losses_that_do_not_fall_have_a_name(losses, expected) -> None:
    assert trend(np.array(losses), GUESS) is expected


@pytest.mark.parametrize(
    "losses",
    [
        [1.74, 0.64, 0.34, 0.23, 0.18, 0.14],
        [1.34, 0.28, 0.09, 0.05],
        [2.3, 2.2, 2.1],
        [0.5, 0.7, 0.3, 0.31],
        [-1.0, -2.0, -3.0],
    ],
)
def test_losses_that_fall_have_none(losses) -> None:
    assert trend(np.array(losses), GUESS) is None


@pytest.mark.parametrize(
    "losses",
    [None, np.ones((2, 2)), np.ones(1), np.array(["a", "b"]), np.array([1j, 2j])],
)
def test_what_is_no_list_of_losses_has_no_trend(losses) -> None:
    assert trend(losses, GUESS) is None


def test_a_single_bad_number_counts_even_where_the_others_fall() -> None:
    losses = np.array([2.0, 1.0, 0.5, np.inf])

    assert trend(losses[:3], GUESS) is None
    assert trend(losses, GUESS) is Trend.NOT_FINITE
