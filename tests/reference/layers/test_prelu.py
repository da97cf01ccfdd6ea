import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.prelu import PReLU
from reference.operations import create
from tests.reference.numerical import UNIT


def naive(x, slope, grad_out):
    """Return output and gradients as the paper prints them, one entry at a time."""
    out, grad_x = np.zeros_like(x), np.zeros_like(x)
    grad_slope = np.zeros_like(slope)
    for index in np.ndindex(x.shape):
        channel = () if slope.ndim == 0 else (index[1],)
        if x[index] > 0:
            out[index], grad_x[index] = x[index], grad_out[index]
        else:
            out[index] = slope[channel] * x[index]
            grad_x[index] = slope[channel] * grad_out[index]
            grad_slope[channel] += grad_out[index] * x[index]
    return out, grad_x, grad_slope


@pytest.mark.parametrize(
    ("convention", "shape"),
    [
        ("shared", (7,)),
        ("shared", (4, 3, 5)),
        ("per_channel", (4, 3)),
        ("per_channel", (4, 3, 5)),
        ("per_channel", (2, 3, 5, 4)),
    ],
)
def test_agrees_with_the_paper_entry_by_entry(convention, shape):
    rng = np.random.default_rng(6)
    x, grad_out = rng.normal(size=shape), rng.normal(size=shape)
    layer = PReLU(convention, channels=3)
    slope = rng.normal(size=layer.params["slope"].shape)
    layer.params["slope"] = np.asarray(slope)
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    expected_out, expected_x, expected_slope = naive(x, np.asarray(slope), grad_out)
    np.testing.assert_array_equal(out, expected_out)
    np.testing.assert_array_equal(grad_x, expected_x)
    assert layer.grads["slope"].shape == expected_slope.shape
    # At most 120 products are summed, each below 16.
    error = np.max(np.abs(layer.grads["slope"] - expected_slope))
    assert error <= 2 * 120 * UNIT * 16


def test_at_zero_the_derivative_is_the_slope_and_the_slope_learns_nothing():
    layer = PReLU(start=0.5)
    np.testing.assert_array_equal(layer.forward(np.array([0.0, -0.0])), [0.0, 0.0])
    np.testing.assert_array_equal(layer.backward(np.array([8.0, -4.0])), [4.0, -2.0])
    assert layer.grads["slope"] == 0.0


def test_every_slope_starts_as_in_the_paper():
    assert PReLU().params["slope"].shape == ()
    assert PReLU().params["slope"] == 0.25
    slopes = PReLU("per_channel", channels=3, start=0.5).params["slope"]
    np.testing.assert_array_equal(slopes, [0.5, 0.5, 0.5])


@pytest.mark.parametrize("channels", [None, 0])
def test_a_slope_per_channel_needs_channels(channels):
    with pytest.raises(ValueError, match="must be") as caught:
        PReLU("per_channel", channels)
    assert str(caught.value) == (
        f"PReLU: channels must be at least 1 for a slope per channel, got {channels}"
    )


def test_an_input_without_channels_is_refused():
    with pytest.raises(ShapeError) as caught:
        PReLU("per_channel", channels=3).forward(np.ones(3))
    assert str(caught.value) == "PReLU: x must be (N, C, ...), got (3,)"


def test_another_number_of_channels_is_refused():
    with pytest.raises(ShapeError, match=r"slope must be \(4,\), got \(3,\)"):
        PReLU("per_channel", channels=3).forward(np.ones((2, 4)))


def test_an_unknown_slope_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match="one of shared, per_channel, got"):
        create("prelu", slope=0.2)


def test_sizes_tell_the_channels():
    for convention, channels in (("shared", 1), ("per_channel", 4)):
        operation = create("prelu", slope=convention)
        arrays = operation.draw(np.random.default_rng(0))
        assert operation.sizes(arrays) == {"channels": channels}
