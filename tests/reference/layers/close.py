"""Equality of numbers that were added up in another order."""

import numpy as np

from tests.reference.numerical import UNIT


def assert_same_sums(found, expected):
    """Assert that two arrays agree to within a thousand roundings of their largest."""
    expected = np.asarray(expected)
    assert found.shape == expected.shape
    largest = max(np.max(np.abs(expected), initial=0.0), 1.0)
    assert np.max(np.abs(found - expected), initial=0.0) <= 2.0**10 * UNIT * largest
