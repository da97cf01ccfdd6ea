import numpy as np
import pytest

from reference.errors import ShapeError
from reference.windows import Windows, along_axes, symmetric


def windows(kernel, stride, padding=0, dilation=1, ragged=False):
    return Windows((kernel,), (stride,), (dilation,), ((padding, padding),), ragged)


def test_a_number_is_the_same_along_all_axes():
    assert along_axes("Pool", "stride", 3, 2) == (3, 3)
    assert along_axes("Pool", "stride", [3, 1], 2) == (3, 1)
    assert along_axes("Pool", "stride", np.int64(3), 1) == (3,)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (True, "True"),
        (2.0, "2.0"),
        ("2", "'2'"),
        ([2], r"\[2\]"),
        ([2, 0], r"\[2, 0\]"),
        ([2, "2"], r"\[2, '2'\]"),
        (None, "None"),
    ],
)
def test_what_is_no_integer_for_each_axis_is_refused(value, shown):
    with pytest.raises(ValueError, match=f"an integer of at least 1 .* got {shown}$"):
        along_axes("Pool", "stride", value, 2)


def test_the_message_says_how_many_integers_there_must_be():
    with pytest.raises(ValueError, match="least") as caught:
        along_axes("Pool", "padding", -1, 2, least=0)
    assert str(caught.value) == (
        "Pool: padding must be an integer of at least 0 or a list of 2, got -1"
    )


def starts_by_trial(side, kernel, stride, padding, dilation, ragged):
    """Return where windows begin, counted from the first entry of the image."""
    last = side + padding - 1
    starts = range(-padding, last + 1, stride)
    whole = [s for s in starts if s + dilation * (kernel - 1) <= last]
    if not ragged:
        return whole
    # One more that is not whole, if entries before it are left and it begins in x.
    covered = whole[-1] + kernel - 1 if whole else -padding - 1
    more = [s for s in starts if s not in whole and s < side][:1]
    return whole + more if covered < last else whole


@pytest.mark.parametrize("ragged", [False, True])
def test_windows_are_counted_as_by_trial(ragged):
    for side in range(1, 12):
        for kernel in range(1, 5):
            for stride in range(1, 5):
                for padding in range(kernel // 2 + 1):
                    made = windows(kernel, stride, padding, ragged=ragged)
                    starts = starts_by_trial(side, kernel, stride, padding, 1, ragged)
                    if side + 2 * padding >= kernel:
                        assert made.counts((side,)) == (len(starts),)


def test_dilated_windows_are_counted_as_by_trial():
    for side in range(7, 16):
        for stride in range(1, 4):
            made = windows(4, stride, 1, dilation=2)
            starts = starts_by_trial(side, 4, stride, 1, 2, ragged=False)
            assert made.counts((side,)) == (len(starts),)


def test_an_image_that_is_smaller_than_a_window_is_refused():
    made = Windows((2, 3), (1, 1), (1, 2), symmetric((0, 1)))
    with pytest.raises(ShapeError) as caught:
        made.over("Conv2d", np.zeros((1, 1, 4, 2)))
    assert str(caught.value) == (
        "Conv2d: x must have room for a window of (2, 5), got (1, 1, 4, 2)"
    )


def test_windows_of_one_axis_lie_in_a_plane_one_row_high():
    layout = windows(3, 2, padding=1, dilation=2).on((9,))
    plane = layout.plane
    assert (plane.sides, plane.counts, plane.lengths) == ((1, 9), (1, 4), (1, 11))
    assert plane.steps == ((slice(0, 1, 1),), *layout.steps)
    assert plane.plane is plane
