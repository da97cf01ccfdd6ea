from math import prod

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.average_pool2d import AveragePool2d
from tests.reference.layers.naive_windows import pool_windows


def test_worked_example_with_windows_that_overlap():
    layer = AveragePool2d((2, 1), stride=1)
    out = layer.forward(np.array([[[[1.0], [3.0], [8.0]]]]))
    np.testing.assert_array_equal(out, [[[[2.0], [5.5]]]])
    grad_x = layer.backward(np.array([[[[4.0], [-10.0]]]]))
    np.testing.assert_array_equal(grad_x, [[[[2.0], [-3.0], [-5.0]]]])


def size_by_trial(sides, kernel, stride, padding, window, divisor):
    """Count the entries of a window that are in the image, padded or not."""
    if divisor == "kernel":
        return prod(kernel)
    size = 1
    for axis, index in enumerate(window):
        added = padding[axis] if divisor == "padded" else 0
        first = index * stride[axis] - padding[axis]
        reach = range(first, first + kernel[axis])
        size *= sum(-added <= at < sides[axis] + added for at in reach)
    return size


@pytest.mark.parametrize("divisor", ["padded", "unpadded", "kernel"])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "ragged"),
    [
        ((2, 2), (2, 2), (0, 0), "drop"),
        ((3, 2), (1, 2), (1, 1), "drop"),
        ((2, 3), (3, 2), (1, 1), "keep"),
        ((4, 3), (3, 5), (2, 0), "keep"),
    ],
)
def test_forward_and_backward_are_those_of_nested_loops(
    kernel, stride, padding, ragged, divisor
):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 8, 9))
    layer = AveragePool2d(
        kernel, stride, padding=padding, ragged=ragged, divisor=divisor
    )
    out = layer.forward(x)
    upstream = rng.normal(size=out.shape)
    expected, grad_x = np.zeros(out.shape), np.zeros(x.shape)
    windows = pool_windows(x.shape, out.shape[2:], kernel, stride, padding)
    for place, entries in windows:
        size = size_by_trial(x.shape[2:], kernel, stride, padding, place[2:], divisor)
        expected[place] = sum(x[entry] for entry in entries) / size
        for entry in entries:
            grad_x[entry] += upstream[place] / size
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(layer.backward(upstream), grad_x, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("divisor", "expected"),
    [
        # Padded 0 3 6 9 15 0: the first window is whole, the second lacks two.
        ("padded", [[4.5, 7.5]]),
        ("unpadded", [[6.0, 15.0]]),
        ("kernel", [[4.5, 3.75]]),
    ],
)
def test_the_three_divisors_differ_at_the_borders(divisor, expected):
    x = np.array([[[[3.0, 6.0, 9.0, 15.0]]]])
    layer = AveragePool2d((1, 4), padding=(0, 1), ragged="keep", divisor=divisor)
    np.testing.assert_array_equal(layer.forward(x)[0, 0], expected)


def test_a_last_window_that_is_not_whole_averages_what_it_has():
    x = np.array([[[[1.0, 3.0, 8.0]]]])
    averages = {
        divisor: AveragePool2d((1, 2), ragged="keep", divisor=divisor)
        .forward(x)
        .ravel()
        .tolist()
        for divisor in AveragePool2d.divisors
    }
    assert averages == {
        "padded": [2.0, 8.0],
        "unpadded": [2.0, 8.0],
        "kernel": [2.0, 4.0],
    }


def test_windows_that_tile_an_image_keep_its_mean():
    x = np.random.default_rng(1).integers(-8, 8, (2, 3, 4, 8)).astype(np.float64)
    out = AveragePool2d((2, 4)).forward(x)
    np.testing.assert_array_equal(out.mean(axis=(2, 3)), x.mean(axis=(2, 3)))


def test_a_divisor_that_is_not_known_is_refused():
    with pytest.raises(ConventionError, match="one of padded, unpadded, kernel, got 4"):
        AveragePool2d(2, divisor=4)
