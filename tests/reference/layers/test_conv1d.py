import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.conv1d import Conv1d
from tests.reference.layers import naive_windows


def layer_with(weight, **settings):
    groups = settings.get("groups", 1)
    layer = Conv1d(weight.shape[1] * groups, len(weight), weight.shape[2], **settings)
    layer.params["weight"] = weight
    return layer


def whole_numbers(rng, *shape):
    return rng.integers(-9, 10, shape).astype(np.float64)


def translate_and_scale(a, b):
    """Toronto CSC 311: add up a copy of ``b`` for each entry of ``a``."""
    out = [0.0] * (len(a) + len(b) - 1)
    for tau in range(len(a)):
        for t in range(len(b)):
            out[tau + t] += a[tau] * b[t]
    return out


def flip_and_filter(a, b):
    """Toronto CSC 311: ``(a * b)_t = sum over tau of a_tau b_(t - tau)``."""
    return [
        sum(a[tau] * b[t - tau] for tau in range(len(a)) if 0 <= t - tau < len(b))
        for t in range(len(a) + len(b) - 1)
    ]


def convolved(a, b):
    layer = layer_with(b[None, None], padding="full", kind="convolution", bias=False)
    return layer.forward(a[None, None])[0, 0]


def test_both_ways_of_the_lecture_give_the_full_convolution():
    rng = np.random.default_rng(0)
    a, b = whole_numbers(rng, 7), whole_numbers(rng, 4)
    np.testing.assert_array_equal(convolved(a, b), translate_and_scale(a, b))
    np.testing.assert_array_equal(convolved(a, b), flip_and_filter(a, b))
    np.testing.assert_array_equal(convolved(a, b), np.convolve(a, b))


def test_convolution_commutes_even_with_a_filter_longer_than_the_signal():
    rng = np.random.default_rng(1)
    a, b = whole_numbers(rng, 3), whole_numbers(rng, 5)
    np.testing.assert_array_equal(convolved(a, b), convolved(b, a))


def test_convolution_is_linear_in_each_of_its_two_arguments():
    rng = np.random.default_rng(2)
    a, b, c = (whole_numbers(rng, 5) for _ in range(3))
    expected = 2 * convolved(a, c) - 3 * convolved(b, c)
    np.testing.assert_array_equal(convolved(2 * a - 3 * b, c), expected)
    np.testing.assert_array_equal(convolved(c, 2 * a - 3 * b), expected)


def test_most_nets_leave_the_flip_out():
    a, b = np.array([1.0, 5.0, 7.0]), np.array([[[1.0, -1.0]]])
    kinds = {
        kind: layer_with(b, kind=kind).forward(a[None, None])[0, 0].tolist()
        for kind in Conv1d.kinds
    }
    assert kinds == {"cross_correlation": [-4.0, -2.0], "convolution": [4.0, 2.0]}


@pytest.mark.parametrize(
    ("stride", "padding", "dilation", "groups"),
    [(1, 0, 1, 1), (2, 1, 1, 1), (3, 2, 2, 1), (2, 0, 1, 3)],
)
def test_forward_and_backward_are_those_of_nested_loops(
    stride, padding, dilation, groups
):
    rng = np.random.default_rng(3)
    x = whole_numbers(rng, 3, 2 * groups, 10)
    weight, bias = whole_numbers(rng, 3, 2, 4), whole_numbers(rng, 3)
    layer = layer_with(
        weight, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    layer.params["bias"] = bias
    # A sequence is an image of one row.
    settings = ((1, stride), (0, padding), (1, dilation), groups)
    rows = x[:, :, None], weight[:, :, None]
    expected = naive_windows.conv_forward(*rows, bias, *settings)
    np.testing.assert_array_equal(layer.forward(x), expected[:, :, 0])
    upstream = whole_numbers(rng, *expected.shape)
    grad_x, grad_weight, grad_bias = naive_windows.conv_backward(
        upstream, *rows, *settings
    )
    np.testing.assert_array_equal(layer.backward(upstream[:, :, 0]), grad_x[:, :, 0])
    np.testing.assert_array_equal(layer.grads["weight"], grad_weight[:, :, 0])
    np.testing.assert_array_equal(layer.grads["bias"], grad_bias)


def test_for_same_the_extra_zero_comes_last_and_not_first_as_in_numpy():
    a, b = np.array([1.0, 10.0, 100.0]), np.array([2.0, 3.0])
    layer = layer_with(b[None, None], padding="same", kind="convolution")
    np.testing.assert_array_equal(layer.forward(a[None, None])[0, 0], [23, 230, 300])
    np.testing.assert_array_equal(np.convolve(a, b, mode="same"), [2, 23, 230])


def test_an_input_that_is_no_batch_of_sequences_is_refused():
    with pytest.raises(ShapeError) as caught:
        Conv1d(3, 1, 2).forward(np.ones((3, 5)))
    assert str(caught.value) == "Conv1d: x must be (N, 3, L), got (3, 5)"


def test_a_sequence_shorter_than_the_filter_is_refused():
    with pytest.raises(ShapeError, match=r"room for a window of \(5,\), got \(2, 1,"):
        Conv1d(1, 1, 3, dilation=2).forward(np.ones((2, 1, 4)))
