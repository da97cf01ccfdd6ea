import math

import numpy as np
import pytest

from reference.error_function import erfc
from tests.reference.numerical import UNIT

# Ours is stated to 8 units; the C library is off by less than 3.
UNITS = 8 + 3


def near_and_far():
    rng = np.random.default_rng(7)
    return {
        "series": rng.uniform(-0.5, 0.5, 2000),
        "rule": rng.uniform(0.5, 6.0, 2000),
        "beyond the pole": rng.uniform(6.0, 26.0, 2000),
        "left": rng.uniform(-7.0, -0.5, 2000),
    }


@pytest.mark.parametrize("place", near_and_far())
def test_every_entry_agrees_with_the_c_library(place):
    x = near_and_far()[place]
    expected = np.array([math.erfc(value) for value in x])
    assert np.all(np.abs(erfc(x) - expected) <= UNITS * UNIT * expected)


@pytest.mark.parametrize("place", ["series", "rule", "left"])
def test_one_minus_it_is_the_error_function(place):
    x = near_and_far()[place]
    expected = np.array([math.erf(value) for value in x])
    # The relative error of the complement, and the rounding of the difference.
    allowed = UNITS * UNIT * erfc(np.abs(x)) + 4 * UNIT
    assert np.all(np.abs(1.0 - erfc(x) - expected) <= allowed)


@pytest.mark.parametrize("edge", [0.5, 2 * math.pi, 32.0])
def test_there_is_no_step_where_the_formula_changes(edge):
    x = np.array([np.nextafter(edge, 0.0), edge, np.nextafter(edge, 99.0)])
    expected = np.array([math.erfc(value) for value in x])
    np.testing.assert_allclose(erfc(x), expected, rtol=UNITS * UNIT, atol=0.0)
    left = 2.0 - expected
    np.testing.assert_allclose(erfc(-x), left, rtol=UNITS * UNIT, atol=0.0)


def test_the_largest_numbers_have_the_limits():
    largest = np.finfo(np.float64).max
    np.testing.assert_array_equal(erfc(np.array([largest, 0.0, -largest])), [0, 1, 2])


def test_single_precision_stays_single_precision():
    x = np.linspace(-4.0, 4.0, 33, dtype=np.float32)
    found = erfc(x)
    expected = np.array([math.erfc(value) for value in x])
    assert found.dtype == np.float32
    # 8 units of 2**-24 and some more: the terms of the sum are rounded to it as well.
    assert np.all(np.abs(found - expected) <= 32 * 2.0**-24 * expected)
