import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.linear import Linear


def test_worked_example():
    layer = Linear(2, 1)
    layer.params = {"weight": np.array([[2.0], [3.0]]), "bias": np.array([5.0])}
    x = np.array([[1.0, 10.0], [4.0, 7.0]])
    np.testing.assert_array_equal(layer.forward(x), [[37.0], [34.0]])
    grad_x = layer.backward(np.array([[1.0], [-2.0]]))
    np.testing.assert_array_equal(grad_x, [[2.0, 3.0], [-4.0, -6.0]])
    np.testing.assert_array_equal(layer.grads["weight"], [[-7.0], [-4.0]])
    np.testing.assert_array_equal(layer.grads["bias"], [-1.0])


def test_without_a_generator_all_parameters_are_zero():
    layer = Linear(3, 5)
    np.testing.assert_array_equal(layer.params["weight"], np.zeros((3, 5)))
    np.testing.assert_array_equal(layer.params["bias"], np.zeros(5))


def test_drawn_weights_have_variance_one_over_in_features():
    weight = Linear(400, 100, np.random.default_rng(1)).params["weight"]
    # The variance estimated from n normals has a relative deviation of sqrt(2 / n).
    assert abs(weight.var() * 400 - 1) < 6 * np.sqrt(2 / weight.size)


@pytest.mark.parametrize("shape", [(5,), (2, 4), (2, 3, 1)])
def test_an_input_that_is_not_rows_of_features_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        Linear(3, 5).forward(np.ones(shape))
    assert str(caught.value) == f"Linear: x must be (N, 3), got {shape}"


def test_a_bias_that_does_not_fit_the_weight_is_refused():
    layer = Linear(3, 5)
    layer.params["bias"] = np.ones((1, 5))
    with pytest.raises(ShapeError, match=r"bias must be \(5,\), got \(1, 5\)"):
        layer.forward(np.ones((2, 3)))


def test_a_weight_that_is_no_matrix_is_refused():
    layer = Linear(3, 5)
    layer.params["weight"] = np.ones(3)
    with pytest.raises(ShapeError, match=r"weight must be \(D, M\), got \(3,\)"):
        layer.forward(np.ones((2, 3)))


def test_a_layer_without_units_is_refused():
    with pytest.raises(ValueError, match="at least 1, got 3 and 0"):
        Linear(3, 0)
