import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.leaky_relu import LeakyReLU
from reference.operations import create


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.25])
def test_agrees_with_the_paper_entry_by_entry(slope):
    rng = np.random.default_rng(2)
    x, grad_out = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    layer = LeakyReLU(slope)
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    for index in np.ndindex(x.shape):
        factor = 1.0 if x[index] > 0 else slope
        assert out[index] == x[index] * factor
        assert grad_x[index] == grad_out[index] * factor


@pytest.mark.parametrize(
    ("value", "expected"), [(None, 0.25), (0.25, 0.25), (0.5, 0.5), (1.0, 1.0)]
)
def test_the_derivative_at_zero_is_what_was_asked_for(value, expected):
    layer = LeakyReLU(slope=0.25, gradient_at_zero=value)
    out = layer.forward(np.array([-4.0, 0.0, -0.0, 4.0]))
    np.testing.assert_array_equal(out, [-1.0, 0.0, 0.0, 4.0])
    gradient = layer.backward(np.full(4, 8.0))
    np.testing.assert_array_equal(gradient, [2.0, 8 * expected, 8 * expected, 8.0])


@pytest.mark.parametrize("slope", [-0.1, 1.0, float("nan")])
def test_a_slope_that_does_not_leak_is_refused(slope):
    with pytest.raises(ValueError, match=r"^LeakyReLU: slope must be in \[0, 1\), got"):
        LeakyReLU(slope)


@pytest.mark.parametrize("value", [0.1, 1.5])
def test_a_value_that_is_no_subgradient_is_refused(value):
    with pytest.raises(ValueError, match="must be") as caught:
        LeakyReLU(0.25, value)
    assert str(caught.value) == (
        f"LeakyReLU: gradient_at_zero must be in [0.25, 1], got {value}"
    )


@pytest.mark.parametrize("convention", ["slope", "gradient_at_zero"])
def test_a_word_in_place_of_a_number_is_refused(convention):
    with pytest.raises(ConventionError, match=r"^leaky_relu: "):
        create("leaky_relu", **{convention: "small"})


def test_sizes_tell_the_slope():
    assert create("leaky_relu").sizes({}) == {"slope": 0.2}
