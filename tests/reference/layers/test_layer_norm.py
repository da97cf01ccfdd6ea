import math

import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.layer_norm import LayerNorm


def test_worked_example():
    layer = LayerNorm(2, eps=7.0)
    layer.params = {"gamma": np.array([2.0, 4.0]), "beta": np.array([10.0, 20.0])}
    # The mean is 5, the variance 9 and the divisor 4.
    out = layer.forward(np.array([[2.0, 8.0]]))
    np.testing.assert_array_equal(out, [[8.5, 23.0]])
    grad_x = layer.backward(np.array([[1.0, 3.0]]))
    np.testing.assert_array_equal(layer.grads["gamma"], [-0.75, 2.25])
    np.testing.assert_array_equal(layer.grads["beta"], [1.0, 3.0])
    # Times gamma, grad_out is 2 and 12: 2 less the mean 7, plus 3/4 * 3.75, over 4.
    np.testing.assert_array_equal(grad_x, [[-0.546875, 0.546875]])


@pytest.mark.parametrize("eps", [0.0, 0.1])
def test_it_is_the_formula_row_by_row(eps):
    rng = np.random.default_rng(1)
    x, upstream = rng.normal(1.0, 2.0, (2, 4, 5))
    gamma, beta = rng.normal(size=(2, 5))
    layer = LayerNorm(5, eps)
    layer.params = {"gamma": gamma, "beta": beta}
    out, grad_x = layer.forward(x), layer.backward(upstream)
    products, totals = [0.0] * 5, [0.0] * 5
    for n in range(4):
        row = x[n].tolist()
        mean = sum(row) / 5
        root = math.sqrt(sum((one - mean) ** 2 for one in row) / 5 + eps)
        normal = [(one - mean) / root for one in row]
        scaled = [float(upstream[n, d] * gamma[d]) for d in range(5)]
        for d in range(5):
            assert abs(out[n, d] - (gamma[d] * normal[d] + beta[d])) < 1e-13
            # Entry by entry of the Jacobian of the normalised row.
            right = sum(
                scaled[i] * ((i == d) - 1 / 5 - normal[i] * normal[d] / 5) / root
                for i in range(5)
            )
            assert abs(grad_x[n, d] - right) < 1e-13
            products[d] += upstream[n, d] * normal[d]
            totals[d] += upstream[n, d]
    np.testing.assert_allclose(layer.grads["gamma"], products, rtol=1e-12)
    np.testing.assert_allclose(layer.grads["beta"], totals, rtol=1e-12)


def test_any_number_of_leading_axes_is_a_list_of_rows():
    rng = np.random.default_rng(2)
    x, upstream = rng.normal(size=(2, 2, 3, 5))
    one, other = LayerNorm(5), LayerNorm(5)
    out, grad_x = one.forward(x), one.backward(upstream)
    np.testing.assert_array_equal(out.reshape(6, 5), other.forward(x.reshape(6, 5)))
    np.testing.assert_array_equal(
        grad_x.reshape(6, 5), other.backward(upstream.reshape(6, 5))
    )
    np.testing.assert_array_equal(one.grads["gamma"], other.grads["gamma"])


def test_a_single_row_may_come_without_a_batch():
    layer = LayerNorm(2, eps=0.0)
    np.testing.assert_array_equal(layer.forward(np.array([1.0, 5.0])), [-1.0, 1.0])
    assert layer.backward(np.array([2.0, 3.0])).shape == (2,)


def test_a_row_of_equal_entries_becomes_beta():
    layer = LayerNorm(3)
    layer.params["beta"] = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(
        layer.forward(np.full((1, 3), 8.0)), [[1.0, 2.0, 3.0]]
    )


def test_a_row_of_equal_entries_without_eps_is_refused():
    x = np.array([[1.0, 2.0, 3.0], [0.1, 0.1, 0.1]])
    with pytest.raises(ValueError, match="got variance") as caught:
        LayerNorm(3, eps=0.0).forward(x)
    assert str(caught.value) == (
        "LayerNorm: x must vary within each row when eps is 0, got variance 0 in row 1"
    )


@pytest.mark.parametrize("shape", [(), (4,), (5, 4), (0, 3)])
def test_an_input_whose_last_axis_does_not_fit_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        LayerNorm(3).forward(np.ones(shape))
    assert str(caught.value) == (
        f"LayerNorm: x must be (..., 3) and not empty, got {shape}"
    )


def test_a_gamma_replaced_after_forward_does_not_change_the_gradient():
    rng = np.random.default_rng(3)
    x, upstream = rng.normal(size=(2, 4, 5))
    layer = LayerNorm(5)
    layer.forward(x)
    before = layer.backward(upstream)
    layer.params["gamma"] *= 3.0
    np.testing.assert_array_equal(layer.backward(upstream), before)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="num_features must be at least 1, got 0"):
        LayerNorm(0)
    with pytest.raises(ValueError, match="eps must be finite and at least 0, got -1"):
        LayerNorm(3, eps=-1)


@pytest.mark.parametrize("offset", [1000.0, -1000.0])
def test_rows_far_from_zero_lose_no_more_than_their_own_last_digits(offset):
    rng = np.random.default_rng(4)
    x = np.round(rng.normal(size=(4, 5)) * 2.0**16) / 2.0**16  # the shift is exact
    near = LayerNorm(5, eps=0.1).forward(x)
    np.testing.assert_allclose(
        LayerNorm(5, eps=0.1).forward(x + offset), near, atol=1e-11
    )
