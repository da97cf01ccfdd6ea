import numpy as np
import pytest

from reference.columns import (
    LONG,
    added_up,
    columns,
    filter_rows,
    filters,
    innermost,
    merged,
    outermost,
    split,
)
from reference.windows import Windows

COUNT, GROUPS, CHANNELS = 2, 3, 2
IN_A_PLANE = Windows((2, 3), (2, 1), (1, 2), ((0, 1), (2, 1)))
DILATED = Windows((3, 2), (1, 2), (2, 1), ((1, 1), (0, 0)))
IN_A_ROW = Windows((3,), (2,), (2,), ((1, 2),))
CASES = [
    (windows, sides)
    for windows, *rows in (
        (IN_A_PLANE, (5, 4), (5, LONG + 4)),
        (DILATED, (7, 9), (7, 2 * LONG)),
        (IN_A_ROW, (6,), (2 * LONG + 3,)),
    )
    for sides in rows
]


def drawn(sides):
    """Return images of integers, which add up without rounding."""
    rng = np.random.default_rng(1)
    return rng.integers(-9, 9, (COUNT, GROUPS * CHANNELS, *sides)).astype(np.float64)


def in_two_axes(windows, x):
    """Return kernel, stride, dilation and padded images; a row is an image."""
    missing = 2 - len(windows.kernel)
    edges = ((0, 0),) * (2 + missing) + windows.padding
    images = x.reshape(*x.shape[:2], *(1,) * missing, *x.shape[2:])
    ones = (1,) * missing
    return (
        ones + windows.kernel,
        ones + windows.stride,
        ones + windows.dilation,
        np.pad(images, edges),
    )


@pytest.mark.parametrize(("windows", "sides"), CASES)
def test_columns_hold_every_window(windows, sides):
    x = drawn(sides)
    layout = windows.on(sides)
    found = split(layout, columns(layout, innermost(x, GROUPS)))
    kernel, stride, dilation, padded = in_two_axes(windows, x)
    height, width = (1, *layout.counts)[-2:]
    assert found.shape == (
        *(GROUPS, height, kernel[0] * CHANNELS * kernel[1]),
        *(width, COUNT),
    )
    found = found.reshape(GROUPS, height, kernel[0], CHANNELS, kernel[1], width, COUNT)
    for group, i, a, channel, b, j, n in np.ndindex(*found.shape):
        row, column = stride[0] * i + dilation[0] * a, stride[1] * j + dilation[1] * b
        image = padded[n, group * CHANNELS + channel]
        assert found[group, i, a, channel, b, j, n] == image[row, column]


@pytest.mark.parametrize(("windows", "sides"), CASES)
def test_adding_up_is_the_transpose_of_columns(windows, sides):
    x = drawn(sides)
    layout = windows.on(sides)
    found = columns(layout, innermost(x, GROUPS))
    other = np.random.default_rng(2).integers(-9, 9, found.shape).astype(np.float64)
    total = outermost(added_up(layout, other), sides)
    assert total.shape == x.shape
    assert np.sum(found * other) == np.sum(x * total)


def test_windows_that_are_kept_incomplete_see_zeros():
    layout = Windows((2,), (2,), (1,), ((0, 0),), ragged=True).on((3,))
    x = np.array([[[1.0, 2.0, 3.0]]])
    assert columns(layout, innermost(x)).tolist() == [[[[1.0, 3.0], [2.0, 0.0]]]]


@pytest.mark.parametrize("sides", [(5,), (5, 4)])
def test_images_come_back_from_the_innermost_batch_without_gaps(sides):
    x = drawn(sides)
    inner = innermost(x, GROUPS)
    assert inner.shape == (GROUPS, *(1, *sides)[-2:-1], CHANNELS, sides[-1], COUNT)
    back = outermost(inner, sides)
    np.testing.assert_array_equal(back, x)
    assert back.flags.c_contiguous
    assert not np.shares_memory(back, x)


@pytest.mark.parametrize("width", [3, LONG])
def test_splitting_undoes_merging(width):
    layout = Windows((1, 1), (1, 1), (1, 1), ((0, 0), (0, 0))).on((2, width))
    images = innermost(drawn((2, width)))
    np.testing.assert_array_equal(split(layout, merged(layout, images)), images)


@pytest.mark.parametrize("kernel", [(3,), (3, 2)])
def test_filters_come_back_from_their_rows(kernel):
    shape = (4, 3, *kernel)
    weight = np.arange(float(np.prod(shape))).reshape(shape)
    rows = filter_rows(weight, 2)
    assert rows.shape == (2, 1, 2, 3 * np.prod(kernel))
    np.testing.assert_array_equal(filters(rows[:, 0], shape), weight)


def test_a_product_of_filters_with_columns_is_a_correlation():
    layout = Windows((2, 2), (1, 1), (1, 1), ((0, 0), (0, 0))).on((2, 2))
    x, weight = drawn((2, 2)), drawn((2, 2))
    product = np.matmul(filter_rows(weight), columns(layout, innermost(x)))
    np.testing.assert_array_equal(
        outermost(split(layout, product), (1, 1))[..., 0, 0],
        np.einsum("nchw,fchw->nf", x, weight),
    )


def test_an_empty_batch_has_empty_columns():
    layout = IN_A_PLANE.on((5, 4))
    empty = columns(layout, innermost(np.zeros((0, 3, 5, 4))))
    assert empty.shape == (1, 3, 18, 0)
    assert outermost(added_up(layout, empty), (5, 4)).shape == (0, 3, 5, 4)
