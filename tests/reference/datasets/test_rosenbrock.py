import numpy as np
import pytest

from reference.datasets.rosenbrock import Rosenbrock, rosenbrock
from reference.errors import DtypeError, ShapeError
from tests.reference.numerical import check_gradient


def test_worked_example():
    valley = Rosenbrock(1.0, 100.0, np.zeros(2))
    # (1 + 1)**2 + 100 * (2 - 1)**2, and its two derivatives.
    assert valley.value(np.array([-1.0, 2.0])) == 104.0
    gradient = valley.gradient(np.array([-1.0, 2.0]))
    np.testing.assert_array_equal(gradient, [-4.0 + 400.0, 200.0])


@pytest.mark.parametrize(("a", "b"), [(1.0, 100.0), (0.5, 8.0)])
def test_the_gradient_is_that_of_the_value(a, b):
    valley = rosenbrock(np.random.default_rng(1), a, b)
    point = np.array([-1.25, 0.75])
    check_gradient(
        lambda x: np.array([valley.value(x)]),
        point,
        np.array([-0.5]),
        -0.5 * valley.gradient(point),
    )


@pytest.mark.parametrize(("a", "b"), [(1.0, 100.0), (-0.5, 8.0)])
def test_the_minimum_is_zero_and_has_no_slope(a, b):
    valley = rosenbrock(np.random.default_rng(1), a, b)
    np.testing.assert_array_equal(valley.minimum, [a, a * a])
    assert valley.value(valley.minimum) == 0.0
    np.testing.assert_array_equal(np.abs(valley.gradient(valley.minimum)), [0.0, 0.0])
    rng = np.random.default_rng(2)
    for _ in range(20):
        assert valley.value(valley.minimum + rng.normal(0.0, 0.1, 2)) > 0.0


def test_the_start_lies_near_the_usual_one():
    start = rosenbrock(np.random.default_rng(1)).start
    assert np.abs(start - [-1.2, 1.0]).max() <= 0.1


@pytest.mark.parametrize("b", [0.0, -1.0, np.nan])
def test_walls_that_do_not_rise_are_refused(b):
    with pytest.raises(ValueError, match=f"rosenbrock: b must be positive, got {b}"):
        rosenbrock(np.random.default_rng(1), b=b)


def test_points_that_do_not_fit_are_refused():
    valley = rosenbrock(np.random.default_rng(1))
    with pytest.raises(ShapeError, match=r"point must be \(2,\), got \(3,\)"):
        valley.gradient(np.ones(3))
    with pytest.raises(DtypeError, match="point must be float64 or float32, got int64"):
        valley.value(np.ones(2, dtype=np.int64))
