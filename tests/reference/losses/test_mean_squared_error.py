import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.losses.mean_squared_error import MeanSquaredError
from tests.reference.numerical import UNIT

# The squares of the differences add up to 1 + 4 + 9 + 1 + 0 + 1 = 16; N = 2, K = 3.
PREDICTIONS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
TARGETS = np.array([[0.0, 4.0, 0.0], [5.0, 5.0, 7.0]])
DIFFERENCE = np.array([[1.0, -2.0, 3.0], [-1.0, 0.0, -1.0]])
EXPECTED = {
    "mean": 16 / 6,
    "half_mean": 16 / 12,
    "example_mean": 16 / 2,
    "half_example_mean": 16 / 4,
    "sum": 16.0,
    "half_sum": 8.0,
}


def test_every_scaling_has_an_expected_value():
    assert set(MeanSquaredError.scalings) == set(EXPECTED)


@pytest.mark.parametrize("scaling", EXPECTED)
def test_each_scaling_is_the_formula_of_its_lecture(scaling):
    loss = MeanSquaredError(scaling)
    value = loss.forward(PREDICTIONS, TARGETS)
    # The sum is exact, then a factor and a product are rounded; here one quotient.
    assert abs(value - EXPECTED[scaling]) <= 3 * UNIT * EXPECTED[scaling]
    gradient = DIFFERENCE * (2 * EXPECTED[scaling] / 16)
    bound = 4 * UNIT * np.abs(gradient)
    assert np.all(np.abs(loss.backward() - gradient) <= bound)


def test_the_default_averages_over_all_entries_without_a_half():
    assert MeanSquaredError().scaling == "mean"


def test_one_number_per_example_is_accepted():
    loss = MeanSquaredError("example_mean")
    assert loss.forward(np.array([1.0, 2.0]), np.array([0.0, 4.0])) == 2.5
    np.testing.assert_array_equal(loss.backward(), [1.0, -2.0])


def test_targets_that_would_broadcast_are_refused():
    with pytest.raises(ShapeError, match=r"targets must be \(2, 3\), got \(2, 1\)"):
        MeanSquaredError().forward(PREDICTIONS, TARGETS[:, :1])


def test_a_single_number_is_refused():
    with pytest.raises(ShapeError, match=r"predictions must be \(N, \.\.\.\)"):
        MeanSquaredError().forward(np.array(1.0), np.array(2.0))


def test_an_unknown_scaling_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match=r"one of mean, half_mean, .*'average'"):
        MeanSquaredError("average")
