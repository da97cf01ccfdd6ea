import math

import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.spatial_batch_norm import SpatialBatchNorm


def test_worked_example():
    layer = SpatialBatchNorm(1, eps=7.0, momentum=0.75)
    layer.params = {"gamma": np.array([2.0]), "beta": np.array([10.0])}
    # The mean of the four pixels is 5, the variance 9 and the divisor 4.
    out = layer.forward(np.array([[[[2.0], [8.0]]], [[[8.0], [2.0]]]]))
    np.testing.assert_array_equal(out.ravel(), [8.5, 11.5, 11.5, 8.5])
    np.testing.assert_array_equal(layer.running_mean, [1.25])
    np.testing.assert_array_equal(layer.running_var, [3.0])


@pytest.mark.parametrize("kind", ["biased", "unbiased"])
def test_it_is_the_formula_pixel_by_pixel(kind):
    rng = np.random.default_rng(1)
    x, upstream = rng.normal(1.0, 2.0, (2, 2, 3, 2, 4))
    gamma, beta = rng.normal(size=(2, 3))
    layer = SpatialBatchNorm(3, eps=0.1, momentum=0.8, running_variance=kind)
    layer.params = {"gamma": gamma, "beta": beta}
    out, grad_x = layer.forward(x), layer.backward(upstream)
    places = [(n, h, w) for n in range(2) for h in range(2) for w in range(4)]
    count = len(places)
    for c in range(3):
        pixels = [float(x[n, c, h, w]) for n, h, w in places]
        above = [float(upstream[n, c, h, w]) for n, h, w in places]
        mean = sum(pixels) / count
        squares = sum((one - mean) ** 2 for one in pixels)
        root = math.sqrt(squares / count + 0.1)
        normal = [(one - mean) / root for one in pixels]
        total = sum(above)
        product = sum(g * one for g, one in zip(above, normal, strict=True))
        for (n, h, w), one, g in zip(places, normal, above, strict=True):
            assert abs(out[n, c, h, w] - (gamma[c] * one + beta[c])) < 1e-13
            right = gamma[c] / root * (g - total / count - one * product / count)
            assert abs(grad_x[n, c, h, w] - right) < 1e-13
        assert abs(layer.grads["gamma"][c] - product) < 1e-13
        assert abs(layer.grads["beta"][c] - total) < 1e-13
        spread = squares / (count if kind == "biased" else count - 1)
        assert abs(layer.running_mean[c] - (1 - 0.8) * mean) < 1e-14
        assert abs(layer.running_var[c] - (0.8 + (1 - 0.8) * spread)) < 1e-14


def test_evaluation_uses_the_running_moments_of_the_channel():
    layer = SpatialBatchNorm(2, "evaluation", eps=7.0)
    layer.running_mean = np.array([4.0, 1.0])
    layer.running_var = np.array([9.0, 2.0])
    out = layer.forward(np.array([[[[8.0, 0.0]], [[4.0, 7.0]]]]))
    np.testing.assert_array_equal(out, [[[[1.0, -1.0]], [[1.0, 2.0]]]])
    grad_x = layer.backward(np.array([[[[8.0, 4.0]], [[3.0, 6.0]]]]))
    np.testing.assert_array_equal(grad_x, [[[[2.0, 1.0]], [[1.0, 2.0]]]])


def test_an_image_that_is_not_contiguous_gives_the_same():
    rng = np.random.default_rng(2)
    x, upstream = rng.normal(size=(2, 3, 4, 5, 2))
    turned = [np.asfortranarray(array) for array in (x, upstream)]
    one, other = SpatialBatchNorm(4), SpatialBatchNorm(4)
    np.testing.assert_allclose(one.forward(x), other.forward(turned[0]), rtol=1e-13)
    np.testing.assert_allclose(
        one.backward(upstream), other.backward(turned[1]), atol=1e-14
    )


def test_a_constant_channel_without_eps_is_refused():
    x = np.ones((2, 2, 1, 2))
    x[0, 0, 0, 0] = 3.0
    with pytest.raises(ValueError, match="got variance") as caught:
        SpatialBatchNorm(2, eps=0.0).forward(x)
    assert str(caught.value) == (
        "SpatialBatchNorm: x must vary within each channel when eps is 0, "
        "got variance 0 in channel 1"
    )


@pytest.mark.parametrize("shape", [(5, 3), (2, 4, 5, 5), (0, 3, 2, 2), (2, 3, 4)])
def test_an_input_that_is_no_batch_of_images_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        SpatialBatchNorm(3).forward(np.ones(shape))
    assert str(caught.value) == (
        f"SpatialBatchNorm: x must be (N, 3, H, W) and not empty, got {shape}"
    )
