import numpy as np
import pytest

from tests.reference.numerical import check_gradient, on_grid


def cube(x):
    return x**3


@pytest.fixture
def arrays():
    rng = np.random.default_rng(5)
    return on_grid(rng.normal(size=(2, 3))), on_grid(rng.normal(size=(2, 3)))


def test_the_right_gradient_is_accepted(arrays):
    x, upstream = arrays
    check_gradient(cube, x, upstream, upstream * 3 * x**2)


def test_one_entry_off_by_a_hundred_thousandth_is_refused(arrays):
    x, upstream = arrays
    gradient = upstream * 3 * x**2
    gradient[1, 2] *= 1 + 1e-5
    with pytest.raises(AssertionError, match=r"entry \(1, 2\)"):
        check_gradient(cube, x, upstream, gradient)


def test_a_gradient_of_another_shape_is_refused(arrays):
    x, upstream = arrays
    with pytest.raises(AssertionError):
        check_gradient(cube, x, upstream, (upstream * 3 * x**2)[0])
