from dataclasses import dataclass, field

import numpy as np
import pytest

from reference.datasets.quadratic_bowl import quadratic_bowl
from reference.errors import DtypeError, ShapeError
from reference.optimizers.sgd import SGD
from tests.reference.numerical import check_gradient, on_grid


@pytest.fixture
def bowl():
    return quadratic_bowl(np.random.default_rng(1), 4, condition=25.0)


def test_the_matrix_is_symmetric_with_the_stated_eigenvalues(bowl):
    np.testing.assert_array_equal(bowl.matrix, bowl.matrix.T)
    np.testing.assert_allclose(np.linalg.eigvalsh(bowl.matrix), bowl.eigenvalues)
    assert bowl.eigenvalues[-1] / bowl.eigenvalues[0] == pytest.approx(25.0)


def test_the_value_is_the_printed_sum(bowl):
    x = np.random.default_rng(2).normal(size=4)
    expected = 0.0
    for i in range(4):
        expected -= bowl.vector[i] * x[i]
        for j in range(4):
            expected += x[i] * bowl.matrix[i, j] * x[j] / 2
    assert bowl.value(x) == pytest.approx(expected)


def test_the_gradient_is_that_of_the_value(bowl):
    x = on_grid(np.random.default_rng(2).normal(size=4))
    check_gradient(
        lambda point: np.array([bowl.value(point)]),
        x,
        np.array([-1.5]),
        -1.5 * bowl.gradient(x),
    )


def test_the_gradient_vanishes_at_the_minimum_and_all_else_is_higher(bowl):
    assert np.abs(bowl.gradient(bowl.minimum)).max() < 1e-12
    rng = np.random.default_rng(2)
    for _ in range(20):
        nearby = bowl.minimum + rng.normal(0.0, 0.1, 4)
        assert bowl.value(nearby) > bowl.value(bowl.minimum)


@dataclass
class Point:
    params: dict
    grads: dict = field(default_factory=dict)


def distance_after(bowl, lr, steps):
    point = Point({"x": np.zeros(4)})
    optimizer = SGD([point], lr)
    for _ in range(steps):
        point.grads = {"x": bowl.gradient(point.params["x"])}
        optimizer.step()
    return np.linalg.norm(point.params["x"] - bowl.minimum)


def test_descent_converges_below_two_over_the_largest_eigenvalue_only(bowl):
    limit = 2.0 / bowl.eigenvalues[-1]
    assert distance_after(bowl, 0.9 * limit, 500) < 1e-6
    assert distance_after(bowl, 1.1 * limit, 500) > 1e6


def test_a_round_bowl_has_the_identity_as_its_matrix():
    bowl = quadratic_bowl(np.random.default_rng(1), 3, condition=1.0)
    np.testing.assert_allclose(bowl.matrix, np.eye(3), atol=1e-14)


@pytest.mark.parametrize("condition", [0.5, -1.0, np.nan])
def test_a_condition_number_below_one_is_refused(condition):
    with pytest.raises(ValueError, match=f"must be at least 1, got {condition}"):
        quadratic_bowl(np.random.default_rng(1), condition=condition)


def test_points_that_do_not_fit_are_refused(bowl):
    with pytest.raises(
        ShapeError, match=r"QuadraticBowl: x must be \(4,\), got \(3,\)"
    ):
        bowl.value(np.ones(3))
    with pytest.raises(DtypeError, match="QuadraticBowl: x must be float64 or float32"):
        bowl.gradient(np.ones(4, dtype=np.int64))
