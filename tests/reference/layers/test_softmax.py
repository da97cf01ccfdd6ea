import math

import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.softmax import Softmax
from tests.reference.numerical import UNIT


def as_rows(array, axis):
    return np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis])


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((4, 5), -1),
        ((4, 5), 1),
        ((4, 5), 0),
        ((3, 4, 2), 1),
        ((3, 4, 2), -3),
        ((5,), 0),
    ],
)
def test_backward_multiplies_by_the_jacobian_of_the_lecture(shape, axis):
    rng = np.random.default_rng(7)
    x, grad_out = rng.normal(size=shape), rng.normal(size=shape)
    layer = Softmax(axis)
    out, grad_x = layer.forward(x), layer.backward(grad_out)
    rows = (as_rows(array, axis) for array in (x, grad_out, out, grad_x))
    for z, upstream, found, gradient in zip(*rows, strict=True):
        total = math.fsum(math.exp(value) for value in z)
        p = [math.exp(value) / total for value in z]
        assert np.all(np.abs(found - p) <= 40 * UNIT)
        for j in range(len(z)):
            # Penn CIS 4190, lecture 12: the row vector of upstream derivatives times
            # the Jacobian, which has one row for each output.
            column = [p[i] * ((i == j) - p[j]) for i in range(len(z))]
            expected = math.fsum(u * d for u, d in zip(upstream, column, strict=True))
            assert abs(gradient[j] - expected) <= 100 * UNIT * np.max(np.abs(upstream))


def test_a_shift_by_a_thousand_changes_nothing():
    layer, x = Softmax(), np.array([[1.0, 2.0, 4.0], [-1.0, 0.5, 0.0]])
    upstream = np.array([[1.0, -2.0, 3.0], [0.5, 0.25, -1.0]])
    out, gradient = layer.forward(x), layer.backward(upstream)
    shift = np.array([[1000.0], [-1000.0]])
    np.testing.assert_array_equal(layer.forward(x + shift), out)
    np.testing.assert_array_equal(layer.backward(upstream), gradient)


def test_equal_entries_share_equally():
    np.testing.assert_array_equal(Softmax().forward(np.full((2, 4), 7.0)), 0.25)


def test_a_single_entry_is_certain_and_has_no_gradient():
    layer = Softmax()
    np.testing.assert_array_equal(layer.forward(np.array([[3.0], [-5.0]])), 1.0)
    np.testing.assert_array_equal(layer.backward(np.array([[2.0], [-3.0]])), 0.0)


@pytest.mark.parametrize(("shape", "axis"), [((4,), 1), ((4, 0), -1), ((), 0)])
def test_an_input_without_entries_along_the_axis_is_refused(shape, axis):
    with pytest.raises(ShapeError) as caught:
        Softmax(axis).forward(np.zeros(shape))
    assert str(caught.value) == (
        f"Softmax: x must have entries along axis {axis}, got {shape}"
    )


@pytest.mark.parametrize("axis", ["last", 1.0, True, None])
def test_an_axis_that_is_no_integer_is_refused(axis):
    with pytest.raises(TypeError) as caught:
        Softmax(axis)
    assert str(caught.value) == f"Softmax: axis must be an integer, got {axis!r}"
