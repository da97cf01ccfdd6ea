import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.conv2d import Conv2d
from reference.layers.conv_transpose2d import ConvTranspose2d


def whole_numbers(rng, *shape):
    return rng.integers(-9, 10, shape).astype(np.float64)


def loops(x, weight, bias, stride, padding, output_padding):
    """Lay a scaled filter down for each entry, then cut the border off."""
    count, _, height, width = x.shape
    _, filters, high, wide = weight.shape
    whole = np.zeros(
        (
            count,
            filters,
            (height - 1) * stride[0] + high + output_padding[0],
            (width - 1) * stride[1] + wide + output_padding[1],
        )
    )
    for n, c, i, j in np.ndindex(*x.shape):
        for m, a, b in np.ndindex(filters, high, wide):
            p, q = stride[0] * i + a, stride[1] * j + b
            whole[n, m, p, q] += x[n, c, i, j] * weight[c, m, a, b]
    rows, columns = whole.shape[2:]
    out = whole[:, :, padding[0] : rows - padding[0], padding[1] : columns - padding[1]]
    for m in range(filters):
        out[:, m] += bias[m]
    return out


@pytest.mark.parametrize(
    ("stride", "padding", "output_padding"),
    [
        ((1, 1), (0, 0), (0, 0)),
        ((2, 2), (1, 1), (1, 1)),
        ((3, 1), (0, 2), (2, 0)),
        ((4, 5), (1, 1), (0, 3)),
    ],
)
def test_forward_is_that_of_nested_loops(stride, padding, output_padding):
    rng = np.random.default_rng(0)
    x, weight = whole_numbers(rng, 3, 2, 4, 5), whole_numbers(rng, 2, 4, 3, 2)
    layer = ConvTranspose2d(
        2, 4, (3, 2), stride=stride, padding=padding, output_padding=output_padding
    )
    layer.params = {"weight": weight, "bias": whole_numbers(rng, 4)}
    expected = loops(x, weight, layer.params["bias"], stride, padding, output_padding)
    np.testing.assert_array_equal(layer.forward(x), expected)


def test_it_is_a_cross_correlation_with_the_two_passes_exchanged():
    rng = np.random.default_rng(1)
    weight = whole_numbers(rng, 4, 2, 3, 2)
    settings = {"stride": (2, 3), "padding": (1, 0), "bias": False}
    down = Conv2d(2, 4, (3, 2), **settings)
    up = ConvTranspose2d(4, 2, (3, 2), output_padding=(1, 2), **settings)
    down.params["weight"] = up.params["weight"] = weight
    image = whole_numbers(rng, 3, 2, 6, 7)
    small = down.forward(image)
    upstream = whole_numbers(rng, *small.shape)
    np.testing.assert_array_equal(up.forward(upstream), down.backward(upstream))
    np.testing.assert_array_equal(up.backward(image), small)
    np.testing.assert_array_equal(up.grads["weight"], down.grads["weight"])


def test_output_padding_adds_rows_that_hold_the_bias_alone():
    layer = ConvTranspose2d(1, 1, 1, stride=2, output_padding=1)
    layer.params = {"weight": np.array([[[[2.0]]]]), "bias": np.array([7.0])}
    out = layer.forward(np.array([[[[5.0]]]]))
    np.testing.assert_array_equal(out, [[[[17.0, 7.0], [7.0, 7.0]]]])


def test_output_padding_of_a_whole_stride_is_refused():
    with pytest.raises(ValueError, match="output_padding") as caught:
        ConvTranspose2d(1, 1, 3, stride=(2, 3), output_padding=2)
    assert str(caught.value) == (
        "ConvTranspose2d: output_padding must be smaller than the stride (2, 3), "
        "got (2, 2)"
    )


def test_a_padding_that_leaves_no_output_is_refused():
    layer = ConvTranspose2d(1, 1, (3, 2), padding=1)
    with pytest.raises(ShapeError) as caught:
        layer.forward(np.ones((2, 1, 4, 1)))
    assert str(caught.value) == (
        "ConvTranspose2d: x must be large enough that the output has sides of at "
        "least 1, not (4, 0), got (2, 1, 4, 1)"
    )


def test_drawn_weights_have_variance_one_over_the_products_of_an_output():
    layer = ConvTranspose2d(40, 30, (3, 5), rng=np.random.default_rng(1))
    weight = layer.params["weight"]
    assert weight.shape == (40, 30, 3, 5)
    # The variance estimated from n normals has a relative deviation of sqrt(2 / n).
    assert abs(weight.var() * 40 * 15 - 1) < 6 * np.sqrt(2 / weight.size)
