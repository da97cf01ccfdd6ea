import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.conv2d import Conv2d
from tests.reference.layers import naive_windows


def layer_with(weight, bias=None, **settings):
    groups = settings.get("groups", 1)
    layer = Conv2d(
        weight.shape[1] * groups,
        len(weight),
        weight.shape[2:],
        bias=bias is not None,
        **settings,
    )
    layer.params = {"weight": weight} | ({} if bias is None else {"bias": bias})
    return layer


def whole_numbers(rng, *shape):
    return rng.integers(-9, 10, shape).astype(np.float64)


def test_worked_example():
    layer = layer_with(np.array([[[[1.0, 2.0]]]]), np.array([10.0]), stride=(1, 2))
    x = np.array([[[[1.0, 2.0, 3.0, 4.0, 5.0]]]])
    np.testing.assert_array_equal(layer.forward(x), [[[[15.0, 21.0]]]])
    grad_x = layer.backward(np.array([[[[1.0, -3.0]]]]))
    np.testing.assert_array_equal(grad_x, [[[[1.0, 2.0, -3.0, -6.0, 0.0]]]])
    np.testing.assert_array_equal(layer.grads["weight"], [[[[-8.0, -10.0]]]])
    np.testing.assert_array_equal(layer.grads["bias"], [-2.0])


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups"),
    [
        ((1, 1), (0, 0), (1, 1), 1),
        ((2, 2), (1, 1), (1, 1), 1),
        ((2, 3), (0, 2), (1, 1), 1),
        ((1, 2), (2, 1), (2, 3), 1),
        ((3, 1), (1, 0), (1, 2), 2),
    ],
)
def test_forward_and_backward_are_those_of_nested_loops(
    stride, padding, dilation, groups
):
    rng = np.random.default_rng(3)
    x = whole_numbers(rng, 3, 2 * groups, 7, 9)
    weight, bias = whole_numbers(rng, 4, 2, 3, 2), whole_numbers(rng, 4)
    layer = layer_with(
        weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    settings = (stride, padding, dilation, groups)
    expected = naive_windows.conv_forward(x, weight, bias, *settings)
    np.testing.assert_array_equal(layer.forward(x), expected)
    upstream = whole_numbers(rng, *expected.shape)
    grad_x, grad_weight, grad_bias = naive_windows.conv_backward(
        upstream, x, weight, *settings
    )
    np.testing.assert_array_equal(layer.backward(upstream), grad_x)
    np.testing.assert_array_equal(layer.grads["weight"], grad_weight)
    np.testing.assert_array_equal(layer.grads["bias"], grad_bias)


def translate_and_scale(image, kernel):
    """Toronto: a copy of the image for each entry of the kernel, moved and scaled."""
    out = np.zeros([i + k - 1 for i, k in zip(image.shape, kernel.shape, strict=True)])
    for s, t in np.ndindex(*kernel.shape):
        for i, j in np.ndindex(*image.shape):
            out[i + s, j + t] += kernel[s, t] * image[i, j]
    return out


def flip_and_filter(image, kernel):
    """Toronto: ``(A * B)_ij = sum over s,t of A_st B_(i-s),(j-t)`` as it stands."""
    out = np.zeros([i + k - 1 for i, k in zip(image.shape, kernel.shape, strict=True)])
    for i, j in np.ndindex(*out.shape):
        for s, t in np.ndindex(*image.shape):
            if 0 <= i - s < kernel.shape[0] and 0 <= j - t < kernel.shape[1]:
                out[i, j] += image[s, t] * kernel[i - s, j - t]
    return out


def test_both_ways_of_the_lecture_give_the_full_convolution():
    rng = np.random.default_rng(4)
    image, kernel = whole_numbers(rng, 4, 5), whole_numbers(rng, 3, 2)
    layer = layer_with(kernel[None, None], padding="full", kind="convolution")
    out = layer.forward(image[None, None])[0, 0]
    np.testing.assert_array_equal(out, translate_and_scale(image, kernel))
    np.testing.assert_array_equal(out, flip_and_filter(image, kernel))


def test_a_convolution_is_a_cross_correlation_with_the_filter_turned():
    rng = np.random.default_rng(5)
    x, weight = whole_numbers(rng, 2, 3, 6, 5), whole_numbers(rng, 4, 3, 2, 3)
    one = layer_with(weight, stride=2, kind="convolution")
    other = layer_with(weight[:, :, ::-1, ::-1], stride=2)
    out = one.forward(x)
    np.testing.assert_array_equal(out, other.forward(x))
    upstream = whole_numbers(rng, *out.shape)
    np.testing.assert_array_equal(one.backward(upstream), other.backward(upstream))
    np.testing.assert_array_equal(
        one.grads["weight"], other.grads["weight"][:, :, ::-1, ::-1]
    )


def test_rows_and_columns_that_no_window_reaches_have_no_gradient():
    layer = layer_with(np.ones((1, 1, 2, 1)), stride=(3, 2))
    layer.forward(np.ones((1, 1, 7, 4)))
    grad_x = layer.backward(np.full((1, 1, 2, 2), 5.0))[0, 0]
    reached = np.zeros((7, 4))
    reached[np.ix_([0, 1, 3, 4], [0, 2])] = 5.0
    np.testing.assert_array_equal(grad_x, reached)


@pytest.mark.parametrize(
    ("padding", "sides"), [("valid", (5, 4)), ("full", (9, 10)), ("same", (7, 7))]
)
def test_the_words_for_padding_say_how_large_the_output_is(padding, sides):
    layer = layer_with(np.ones((1, 1, 3, 4)), padding=padding)
    assert layer.forward(np.ones((1, 1, 7, 7))).shape == (1, 1, *sides)


@pytest.mark.parametrize("kind", ["cross_correlation", "convolution"])
def test_for_same_the_extra_zero_of_an_even_kernel_comes_last(kind):
    layer = layer_with(np.array([[[[1.0, 1.0]]]]), padding="same", kind=kind)
    out = layer.forward(np.array([[[[1.0, 10.0, 100.0]]]]))
    np.testing.assert_array_equal(out, [[[[11.0, 110.0, 100.0]]]])


def test_same_keeps_the_sides_of_a_dilated_kernel():
    layer = layer_with(np.ones((1, 1, 2, 3)), padding="same", dilation=(3, 2))
    assert layer.forward(np.ones((1, 1, 4, 3))).shape == (1, 1, 4, 3)


def test_same_with_a_stride_is_refused():
    with pytest.raises(ValueError, match="stride") as caught:
        Conv2d(1, 1, 3, stride=(1, 2), padding="same")
    assert str(caught.value) == (
        "Conv2d: stride must be 1 where padding is 'same', got (1, 2)"
    )


def test_drawn_weights_have_variance_one_over_the_products_of_an_output():
    layer = Conv2d(40, 50, (3, 5), groups=2, rng=np.random.default_rng(1))
    weight = layer.params["weight"]
    assert weight.shape == (50, 20, 3, 5)
    # The variance estimated from n normals has a relative deviation of sqrt(2 / n).
    assert abs(weight.var() * 20 * 15 - 1) < 6 * np.sqrt(2 / weight.size)
    np.testing.assert_array_equal(layer.params["bias"], np.zeros(50))


def test_without_a_generator_all_parameters_are_zero():
    layer = Conv2d(2, 3, 5)
    np.testing.assert_array_equal(layer.params["weight"], np.zeros((3, 2, 5, 5)))
    assert "bias" not in Conv2d(2, 3, 5, bias=False).params


def test_an_empty_batch_has_an_empty_answer():
    layer = Conv2d(2, 3, 2, rng=np.random.default_rng(1))
    assert layer.forward(np.zeros((0, 2, 4, 5))).shape == (0, 3, 3, 4)
    assert layer.backward(np.zeros((0, 3, 3, 4))).shape == (0, 2, 4, 5)
    np.testing.assert_array_equal(layer.grads["weight"], np.zeros((3, 2, 2, 2)))


@pytest.mark.parametrize("shape", [(1, 3, 5), (1, 2, 5, 5), (1, 3, 5, 5, 5)])
def test_an_input_that_is_no_batch_of_images_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        Conv2d(3, 1, 2).forward(np.ones(shape))
    assert str(caught.value) == f"Conv2d: x must be (N, 3, H, W), got {shape}"


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ((0, 1, 3), {}, "Conv2d: in_channels must be an integer of at least 1"),
        ((1, 0, 3), {}, "Conv2d: out_channels must be .* got 0"),
        ((1, 1, (3, 0)), {}, r"Conv2d: kernel must be .* got \(3, 0\)"),
        ((1, 1, 3), {"stride": "2"}, "Conv2d: stride must be .* got '2'"),
        ((1, 1, 3), {"padding": -1}, "padding must be .* at least 0 .* got -1"),
        ((1, 1, 3), {"dilation": 0}, "Conv2d: dilation must be .* got 0"),
        ((1, 1, 3), {"groups": 0}, "Conv2d: groups must be .* got 0"),
        ((4, 3, 3), {"groups": 2}, "groups must divide .* got 2 for 4 and 3"),
        ((3, 4, 3), {"groups": 2}, "groups must divide .* got 2 for 3 and 4"),
    ],
)
def test_a_size_that_cannot_be_is_refused(arguments, settings, message):
    with pytest.raises(ValueError, match=message):
        Conv2d(*arguments, **settings)


def test_words_that_are_not_known_are_refused():
    with pytest.raises(ConventionError, match="one of valid, same, full, got '2'"):
        Conv2d(1, 1, 3, padding="2")
    with pytest.raises(ConventionError, match="kind must be one of cross_corr"):
        Conv2d(1, 1, 3, kind="correlation")
    with pytest.raises(ConventionError, match="bias must be true or false, got 'no'"):
        Conv2d(1, 1, 3, bias="no")
