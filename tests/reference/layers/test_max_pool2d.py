import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.max_pool2d import MaxPool2d
from tests.reference.layers.naive_windows import pool_windows


def test_worked_example_with_windows_that_overlap():
    layer = MaxPool2d((2, 2), stride=1)
    out = layer.forward(np.array([[[[1.0, 2.0, 4.0], [3.0, 9.0, 5.0]]]]))
    np.testing.assert_array_equal(out, [[[[9.0, 9.0]]]])
    grad_x = layer.backward(np.array([[[[10.0, -3.0]]]]))
    np.testing.assert_array_equal(grad_x, [[[[0.0, 0.0, 0.0], [0.0, 7.0, 0.0]]]])


@pytest.mark.parametrize("ties", ["first", "split", "all"])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "ragged"),
    [
        ((2, 2), (2, 2), (0, 0), "drop"),
        ((3, 3), (2, 2), (0, 0), "drop"),
        ((3, 2), (1, 2), (1, 1), "drop"),
        ((2, 3), (3, 2), (0, 1), "keep"),
        ((4, 3), (2, 5), (2, 0), "keep"),
    ],
)
def test_forward_and_backward_are_those_of_nested_loops(
    kernel, stride, padding, ragged, ties
):
    rng = np.random.default_rng(0)
    # Few different numbers: there are ties in most windows. None is positive.
    x = rng.integers(-3, 0, (2, 3, 8, 9)).astype(np.float64)
    layer = MaxPool2d(kernel, stride, padding=padding, ragged=ragged, ties=ties)
    out = layer.forward(x)
    upstream = 6.0 * rng.integers(-9, 10, out.shape)
    expected, grad_x = np.zeros(out.shape), np.zeros(x.shape)
    windows = pool_windows(x.shape, out.shape[2:], kernel, stride, padding)
    for place, entries in windows:
        expected[place] = max(x[entry] for entry in entries)
        winners = [entry for entry in entries if x[entry] == expected[place]]
        receivers = winners[:1] if ties == "first" else winners
        parts = len(winners) if ties == "split" else 1
        for entry in receivers:
            grad_x[entry] += upstream[place] / parts
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_allclose(layer.backward(upstream), grad_x, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [
        ("first", [[8.0, 0.0], [0.0, 0.0]]),
        ("split", [[2.0, 2.0], [2.0, 2.0]]),
        ("all", [[8.0, 8.0], [8.0, 8.0]]),
    ],
)
def test_where_all_entries_are_equal_the_convention_decides(ties, expected):
    layer = MaxPool2d(2, ties=ties)
    layer.forward(np.full((1, 1, 2, 2), -4.0))
    np.testing.assert_array_equal(
        layer.backward(np.full((1, 1, 1, 1), 8.0))[0, 0], expected
    )


def test_the_first_of_equal_entries_is_the_first_by_rows():
    layer = MaxPool2d(2)
    layer.forward(np.array([[[[1.0, 5.0], [5.0, 2.0]]]]))
    grad_x = layer.backward(np.full((1, 1, 1, 1), 3.0))
    np.testing.assert_array_equal(grad_x, [[[[0.0, 3.0], [0.0, 0.0]]]])


def test_padding_never_wins():
    layer = MaxPool2d(2, padding=1)
    x = np.array([[[[-5.0, -6.0], [-7.0, -8.0]]]])
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)


@pytest.mark.parametrize(
    ("ragged", "expected"),
    [("drop", [[7.0]]), ("keep", [[7.0, 8.0], [12.0, 13.0]])],
)
def test_windows_that_are_not_whole_are_dropped_or_kept(ragged, expected):
    x = np.arange(-1.0, 14.0).reshape(1, 1, 3, 5)
    out = MaxPool2d((2, 4), stride=(2, 3), ragged=ragged).forward(x)
    np.testing.assert_array_equal(out[0, 0], expected)


def test_what_is_dropped_has_no_gradient():
    layer = MaxPool2d(2)
    layer.forward(np.arange(15.0).reshape(1, 1, 3, 5))
    grad_x = layer.backward(np.array([[[[2.0, -3.0]]]]))[0, 0]
    expected = np.zeros((3, 5))
    expected[1, [1, 3]] = [2.0, -3.0]
    np.testing.assert_array_equal(grad_x, expected)


def test_the_stride_is_the_kernel_where_it_is_left_out():
    out = MaxPool2d((2, 3)).forward(np.zeros((1, 1, 6, 6)))
    assert out.shape == (1, 1, 3, 2)


def test_windows_of_one_entry_copy_what_they_take():
    x = np.arange(12.0).reshape(1, 1, 3, 4)
    layer = MaxPool2d(1)
    out = layer.forward(x)
    np.testing.assert_array_equal(out, x)
    assert not np.shares_memory(out, x)


@pytest.mark.parametrize("shape", [(4, 4), (1, 4, 4), (1, 1, 1, 4, 4)])
def test_an_input_that_is_no_batch_of_images_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        MaxPool2d(2).forward(np.ones(shape))
    assert str(caught.value) == f"MaxPool2d: x must be (N, C, H, W), got {shape}"


def test_an_image_smaller_than_a_window_is_refused():
    with pytest.raises(ShapeError, match=r"room for a window of \(3, 3\), got \(1,"):
        MaxPool2d(3).forward(np.ones((1, 1, 2, 4)))


def test_a_padding_of_more_than_half_the_kernel_is_refused():
    with pytest.raises(ValueError, match="padding") as caught:
        MaxPool2d((2, 3), padding=(1, 2))
    assert str(caught.value) == (
        "MaxPool2d: padding must be at most half the kernel (2, 3), got (1, 2)"
    )


def test_words_and_sizes_that_are_not_known_are_refused():
    with pytest.raises(ConventionError, match="ties must be one of first, split, all"):
        MaxPool2d(2, ties="last")
    with pytest.raises(ConventionError, match="ragged must be one of drop, keep, got"):
        MaxPool2d(2, ragged=True)
    with pytest.raises(ValueError, match=r"MaxPool2d: stride must be .* got 0"):
        MaxPool2d(2, stride=0)
