import math

import numpy as np
import pytest

from reference.errors import LabelError
from reference.losses.binary_cross_entropy import BinaryCrossEntropy
from tests.reference.numerical import UNIT


def naive(probabilities, targets):
    """Sum of ``-(y log p + (1 - y) log(1 - p))`` and its derivatives, as printed."""
    loss, gradient = 0.0, np.zeros_like(probabilities)
    for place in np.ndindex(probabilities.shape):
        p, y = float(probabilities[place]), float(targets[place])
        loss += -(y * math.log(p) + (1 - y) * math.log(1 - p))
        gradient[place] = -y / p + (1 - y) / (1 - p)
    return loss, gradient


@pytest.fixture
def batch():
    rng = np.random.default_rng(7)
    return rng.uniform(0.1, 0.9, (5, 3)), rng.integers(0, 2, (5, 3)).astype(float)


DIVISORS = {"mean": 15, "example_mean": 5, "sum": 1}


@pytest.mark.parametrize("reduction", DIVISORS)
@pytest.mark.parametrize("soft", [False, True])
def test_agrees_with_the_formula_as_printed(batch, reduction, soft):
    probabilities, targets = batch
    if soft:
        targets = np.random.default_rng(8).uniform(size=targets.shape)
    loss = BinaryCrossEntropy(reduction)
    value = loss.forward(probabilities, targets)
    expected, gradient = naive(probabilities, targets)
    divisor = DIVISORS[reduction]
    # 1 - p is rounded on one side, where p is at most 0.9: ten units of it in p.
    assert abs(value - expected / divisor) <= 100 * UNIT * expected / divisor
    error = np.abs(loss.backward() - gradient / divisor)
    assert np.max(error) <= 50 * UNIT * 10 / divisor


def test_a_fair_coin_costs_the_logarithm_of_two():
    value = BinaryCrossEntropy().forward(np.full((3, 2), 0.5), np.ones((3, 2)))
    assert abs(value - math.log(2)) <= 16 * UNIT


@pytest.mark.parametrize("probability", [0.0, 1.0, -0.25, 1.25])
def test_without_a_clip_zero_and_one_are_refused(probability):
    sentence = (
        "^BinaryCrossEntropy: probabilities must be between 0 and 1, "
        f"got {probability}$"
    )
    with pytest.raises(LabelError, match=sentence):
        BinaryCrossEntropy().forward(np.array([0.5, probability]), np.ones(2))


def test_with_a_clip_zero_and_one_cost_its_logarithm():
    loss = BinaryCrossEntropy("sum", clip=0.125)
    wrong = loss.forward(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert abs(wrong - 2 * math.log(8)) <= 32 * UNIT * wrong
    np.testing.assert_array_equal(loss.backward(), [0.0, 0.0])


def test_what_is_clipped_has_no_gradient_and_the_bound_has_that_of_the_inside():
    loss = BinaryCrossEntropy("sum", clip=0.125)
    loss.forward(np.array([0.0625, 0.125, 0.5, 0.875, 0.9375]), np.ones(5))
    np.testing.assert_array_equal(loss.backward(), [0.0, -8.0, -2.0, -1 / 0.875, 0.0])


def test_inside_the_bounds_a_clip_changes_nothing(batch):
    plain, clipped = BinaryCrossEntropy(), BinaryCrossEntropy(clip=1e-12)
    assert plain.forward(*batch) == clipped.forward(*batch)
    np.testing.assert_array_equal(plain.backward(), clipped.backward())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("clip", [1e-30, 1e-12])
def test_the_smallest_clip_keeps_the_loss_finite_in_every_precision(dtype, clip):
    loss = BinaryCrossEntropy(clip=clip)
    value = loss.forward(np.array([0.0, 1.0], dtype=dtype), np.array([1, 0]))
    # At least the logarithm of the rounding error of 1.
    assert 20 < value < 100
    assert loss.backward().dtype == dtype


@pytest.mark.parametrize("probability", [-0.25, 1.25])
def test_even_with_a_clip_there_is_no_probability_beyond_one(probability):
    sentence = f"probabilities must be from 0 to 1, got {probability}$"
    with pytest.raises(LabelError, match=sentence):
        BinaryCrossEntropy(clip=0.1).forward(np.array([probability]), np.ones(1))


@pytest.mark.parametrize("clip", [-0.1, 1e-31, 0.3, np.nan])
def test_a_clip_that_leaves_too_little_or_does_nothing_is_refused(clip):
    sentence = r"clip must be 0 or in \[1e-30, 0.25\], got"
    with pytest.raises(ValueError, match=sentence):
        BinaryCrossEntropy(clip=clip)
