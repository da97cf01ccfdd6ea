import math

import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.group_norm import GroupNorm


def test_worked_example():
    layer = GroupNorm(1, 2, eps=7.0)
    layer.params = {"gamma": np.array([2.0, 4.0]), "beta": np.array([10.0, 20.0])}
    # One group of both channels: the mean is 5, the variance 9 and the divisor 4.
    out = layer.forward(np.array([[[[2.0, 8.0]], [[8.0, 2.0]]]]))
    np.testing.assert_array_equal(out.ravel(), [8.5, 11.5, 23.0, 17.0])


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("eps", [0.0, 0.1])
def test_it_is_the_formula_pixel_by_pixel(groups, eps):
    rng = np.random.default_rng(1)
    x, upstream = rng.normal(1.0, 2.0, (2, 2, 4, 3, 2))
    gamma, beta = rng.normal(size=(2, 4))
    layer = GroupNorm(groups, 4, eps)
    layer.params = {"gamma": gamma, "beta": beta}
    out, grad_x = layer.forward(x), layer.backward(upstream)
    products, totals = [0.0] * 4, [0.0] * 4
    size = 4 // groups
    for n in range(2):
        for group in range(groups):
            channels = range(group * size, (group + 1) * size)
            places = [(c, h, w) for c in channels for h in range(3) for w in range(2)]
            count = len(places)
            pixels = [float(x[n, c, h, w]) for c, h, w in places]
            mean = sum(pixels) / count
            root = math.sqrt(sum((one - mean) ** 2 for one in pixels) / count + eps)
            normal = [(one - mean) / root for one in pixels]
            scaled = [float(upstream[n, c, h, w] * gamma[c]) for c, h, w in places]
            for j, (c, h, w) in enumerate(places):
                right = gamma[c] * normal[j] + beta[c]
                assert abs(out[n, c, h, w] - right) < 1e-13
                # Entry by entry of the Jacobian of the normalised group.
                right = sum(
                    scaled[i]
                    * ((i == j) - 1 / count - normal[i] * normal[j] / count)
                    / root
                    for i in range(count)
                )
                assert abs(grad_x[n, c, h, w] - right) < 1e-13
                products[c] += upstream[n, c, h, w] * normal[j]
                totals[c] += upstream[n, c, h, w]
    np.testing.assert_allclose(layer.grads["gamma"], products, atol=1e-13)
    np.testing.assert_allclose(layer.grads["beta"], totals, atol=1e-13)


def test_an_image_that_is_not_contiguous_gives_the_same():
    rng = np.random.default_rng(2)
    x, upstream = rng.normal(size=(2, 3, 4, 5, 2))
    turned = [np.asfortranarray(array) for array in (x, upstream)]
    one, other = GroupNorm(2, 4), GroupNorm(2, 4)
    np.testing.assert_array_equal(one.forward(x), other.forward(turned[0]))
    np.testing.assert_allclose(
        one.backward(upstream), other.backward(turned[1]), atol=1e-14
    )


def test_a_group_of_equal_entries_without_eps_is_refused():
    x = np.random.default_rng(3).normal(size=(2, 4, 2, 3))
    x[1, 2:] = 0.1
    with pytest.raises(ValueError, match="got variance") as caught:
        GroupNorm(2, 4, eps=0.0).forward(x)
    assert str(caught.value) == (
        "GroupNorm: x must vary within each group when eps is 0, "
        "got variance 0 in group 3"
    )


@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 5, 5), (0, 4, 2, 2), (2, 4, 4)])
def test_an_input_that_is_no_batch_of_images_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        GroupNorm(2, 4).forward(np.ones(shape))
    assert str(caught.value) == (
        f"GroupNorm: x must be (N, 4, H, W) and not empty, got {shape}"
    )


@pytest.mark.parametrize(("groups", "channels"), [(2, 5), (0, 4), (-2, 4), (1, 0)])
def test_groups_that_do_not_divide_the_channels_are_refused(groups, channels):
    with pytest.raises(ValueError, match="divisor") as caught:
        GroupNorm(groups, channels)
    assert str(caught.value) == (
        "GroupNorm: groups must be a divisor of num_channels, "
        f"got {groups} and {channels}"
    )


def test_half_a_group_is_refused():
    with pytest.raises(TypeError):
        GroupNorm(2.0, 4)
