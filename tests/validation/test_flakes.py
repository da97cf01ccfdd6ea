"""Bounds on the rate of flakes, and what many runs say of one item."""

import math

import pytest

from grader.validation.flakes import Judgement, items, upper_bound

# One-sided 95 % bounds, from tables of the beta distribution.
KNOWN = [
    (0, 1, 0.95),
    (0, 10, 0.258866),
    (0, 100, 0.029513),
    (1, 10, 0.394163),
    (2, 20, 0.282619),
    (5, 10, 0.777559),
    (9, 10, 0.994884),
]


@pytest.mark.parametrize(("flakes", "runs", "bound"), KNOWN)
def test_the_bound_is_that_of_clopper_and_pearson(flakes, runs, bound):
    assert upper_bound(flakes, runs) == pytest.approx(bound, abs=2e-6)


@pytest.mark.parametrize("runs", [100, 2000, 10**6])
def test_without_flakes_the_bound_is_close_to_three_in_so_many_runs(runs):
    assert upper_bound(0, runs) == pytest.approx(3 / runs, rel=0.02)


@pytest.mark.parametrize(("flakes", "runs"), [(1, 7), (3, 50), (20, 400)])
def test_at_the_bound_so_few_flakes_have_a_probability_of_five_percent(flakes, runs):
    rate = upper_bound(flakes, runs)
    chance = sum(
        math.comb(runs, k) * rate**k * (1 - rate) ** (runs - k)
        for k in range(flakes + 1)
    )
    assert chance == pytest.approx(0.05, rel=1e-9)


def test_if_every_run_flakes_nothing_is_excluded():
    assert upper_bound(4, 4) == 1.0


@pytest.mark.parametrize(("flakes", "runs"), [(0, 0), (3, 2), (-1, 5)])
def test_counts_that_cannot_be_are_refused(flakes, runs):
    with pytest.raises(ValueError, match=r"must be in 0\.\.runs"):
        upper_bound(flakes, runs)


def test_an_item_gathers_its_runs_its_seconds_and_its_largest_distance():
    judged = [
        Judgement("relu.out", True, 0.2, 3.0),
        Judgement("relu.grad_x", True, 0.2, None),
        Judgement("relu.out", False, 0.6, 8.0),
        Judgement("relu.out", True, 0.3, None),
    ]
    out, grad = items(judged)
    assert (out.item, out.runs, out.flakes) == ("relu.out", 3, 1)
    assert (out.median_seconds, out.max_seconds, out.distance) == (0.3, 0.6, 8.0)
    assert out.bound == upper_bound(1, 3)
    assert (grad.item, grad.runs, grad.distance) == ("relu.grad_x", 1, None)
