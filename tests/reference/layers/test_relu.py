import numpy as np
import pytest

from reference.layers.relu import ReLU


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_the_derivative_at_zero_is_what_was_asked_for(value):
    layer = ReLU(gradient_at_zero=value)
    out = layer.forward(np.array([-1.0, 0.0, -0.0, 2.0]))
    np.testing.assert_array_equal(out, [0.0, 0.0, 0.0, 2.0])
    gradient = layer.backward(np.full(4, 8.0))
    np.testing.assert_array_equal(gradient, [0.0, 8 * value, 8 * value, 8.0])


def test_a_value_that_is_no_subgradient_is_refused():
    with pytest.raises(ValueError, match=r"must be in \[0, 1\], got 2"):
        ReLU(gradient_at_zero=2)


def test_agrees_with_the_closed_half_line_of_penn_entry_by_entry():
    rng = np.random.default_rng(27)
    # Integers, so that zeros are among them.
    x = np.round(rng.normal(size=(5, 7)))
    grad_out = rng.normal(size=(5, 7))
    layer = ReLU(gradient_at_zero=1.0)
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    assert np.any(x == 0)
    for index in np.ndindex(x.shape):
        # Penn CIS 4190, lecture 12: the derivative is 1 where z >= 0.
        inside = x[index] >= 0
        assert out[index] == (x[index] if inside else 0.0)
        assert grad_x[index] == (grad_out[index] if inside else 0.0)
