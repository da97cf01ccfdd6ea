"""Worked examples for convolution and its transpose."""

import pytest

from tests.reference.misconceptions.finding import wrong

PLAIN = {"kernel": 2, "stride": 1, "padding": 0, "bias": False}
ROW = {
    "x": [[[1.0, 2.0, 3.0]]],
    "weight": [[[1.0, 10.0]]],
    "grad_out": [[[1.0, 100.0]]],
}
UP = {"kernel": 3, "stride": 2, "padding": 0, "output_padding": 0, "bias": False}
TWO = {"x": [[[1.0, 2.0]]], "weight": [[[1.0, 10.0, 100.0]]]}


def found(number, formula="", *, of=None, **others):
    conventions = PLAIN | others
    return wrong("conv1d", number, formula, conventions=conventions, **(of or ROW))


def laid(number, formula="", **others):
    conventions = UP | others
    return wrong("conv_transpose1d", number, formula, conventions=conventions, **TWO)


def test_a_kernel_that_is_turned_around_turns_its_gradient_too():
    assert found("M94") == {
        "out": [[[12.0, 23.0]]],
        "grad_x": [[[10.0, 1001.0, 100.0]]],
        "grad_weight": [[[302.0, 201.0]]],
    }


@pytest.mark.parametrize("number", ["M94", "M281"])
def test_a_kernel_of_one_entry_has_no_order(number):
    arrays = {"x": [[[1.0, 2.0]]], "weight": [[[3.0]]], "grad_out": [[[1.0, 4.0]]]}
    assert found(number, of=arrays, kernel=1) == {}


def test_assignment_keeps_the_last_window_that_holds_an_entry():
    assert found("M104", "sum over f") == {"grad_x": [[[1.0, 100.0, 1000.0]]]}


def test_windows_that_do_not_meet_may_be_assigned():
    arrays = {"x": [[[1.0, 2.0, 3.0, 4.0]]], "weight": ROW["weight"]}
    arrays["grad_out"] = ROW["grad_out"]
    assert found("M104", "sum over f", of=arrays, stride=2) == {}


def test_windows_that_ignore_the_stride_are_neighbours():
    arrays = {"x": [[[1.0, 2.0, 3.0, 4.0]]], "weight": ROW["weight"]}
    asked = found("M96", "as many as asked for", of=arrays, stride=2)
    assert asked == {"out": [[[21.0, 32.0]]]}
    room = found("M96", "room for", of=arrays, stride=2)
    assert room == {"out": [[[21.0, 32.0, 43.0]]]}


def test_a_dilation_that_is_ignored_reads_neighbours():
    arrays = {"x": [[[1.0, 2.0, 3.0, 4.0, 5.0]]], "weight": ROW["weight"]}
    asked = found("M285", "as asked for", of=arrays, dilation=2)
    assert asked == {"out": [[[21.0, 32.0, 43.0]]]}
    longer = found("M285", "sides as well", of=arrays, dilation=2)
    assert longer == {"out": [[[21.0, 32.0, 43.0, 54.0]]]}


def test_a_dilation_that_leaves_no_room_for_a_window_gives_nothing():
    assert (
        found("M285", "in between", kernel=3, of={**ROW, "weight": [[[1.0] * 3]]}) == {}
    )


def test_a_gradient_may_keep_its_padding():
    arrays = {"x": [[[5.0]]], "weight": ROW["weight"], "grad_out": [[[1.0, 3.0]]]}
    kept = found("M98", "with its padding", of=arrays, padding=1)
    assert kept == {"grad_x": [[[1.0, 13.0, 30.0]]]}


def test_nothing_is_left_of_a_gradient_between_zero_and_minus_zero():
    assert found("M98", "p:-p") == {"grad_x": [[[]]]}


def test_an_uneven_padding_may_begin_one_zero_too_early():
    arrays = {"x": [[[1.0, 2.0]]], "weight": ROW["weight"]}
    # The right output is 1 + 20 and 2 + 0.
    moved = found("M283", of=arrays, padding="same")
    assert moved == {"out": [[[10.0, 21.0]]]}


def test_every_product_may_come_with_the_bias():
    arrays = {**ROW, "bias": [5.0]}
    every = found("M101", "every product", of=arrays, bias=True)
    assert every == {"out": [[[31.0, 42.0]]], "grad_bias": [202.0]}
    assert found("M101", "input channel", of=arrays, bias=True) == {}


def test_columns_with_their_channels_last_meet_other_weights():
    x, weight = [[[1.0, 10.0], [100.0, 1000.0]]], [[[1.0, 2.0], [3.0, 4.0]]]
    # Pairs of weight and entry: 1 and 1, 2 and 100, 3 and 10, 4 and 1000.
    assert found("M281", of={"x": x, "weight": weight}) == {"out": [[[4231.0]]]}


def test_filters_that_come_first_cannot_be_reshaped_to_come_second():
    arrays = {"x": [[[1.0]], [[10.0]]], "weight": [[[1.0]], [[2.0]], [[3.0]]]}
    mixed = found("M282", of=arrays, formula="(F, N, ...) is", kernel=1)
    assert mixed == {"out": [[[1.0], [10.0], [2.0]], [[20.0], [3.0], [30.0]]]}


@pytest.mark.parametrize(
    ("formula", "groups", "weight", "out"),
    [
        ("f % C", 1, [[[1.0], [5.0]], [[7.0], [2.0]]], [1.0, 20.0]),
        ("first group", 2, [[[1.0]], [[2.0]]], [1.0, 2.0]),
    ],
)
def test_filters_may_see_the_wrong_channels(formula, groups, weight, out):
    arrays = {"x": [[[1.0], [10.0]]], "weight": weight}
    seen = found("M287", formula, of=arrays, kernel=1, groups=groups)
    assert seen == {"out": [[[value] for value in out]]}


# The right output of a transposed convolution of TWO is 1, 10, 102, 20, 200.


def test_filters_that_overlap_may_replace_each_other():
    assert laid("M104", "sum over c") == {"out": [[[1.0, 10.0, 2.0, 20.0, 200.0]]]}


def test_filters_that_ignore_the_stride_are_laid_side_by_side():
    assert laid("M96") == {"out": [[[1.0, 12.0, 120.0, 200.0, 0.0]]]}


def test_padding_may_be_put_around_the_output():
    around = laid("M288", "around", padding=1)
    assert around == {"out": [[[0.0, 1.0, 10.0, 102.0, 20.0, 200.0, 0.0]]]}


def test_output_padding_may_be_in_the_wrong_place():
    both = {"padding": 1, "output_padding": 1}
    assert laid("M289", "beginning", **both) == {"out": [[[1.0, 10.0, 102.0, 20.0]]]}
    assert laid("M289", "appended", **both) == {"out": [[[10.0, 102.0, 20.0, 0.0]]]}


def test_the_bias_may_be_laid_with_every_filter():
    times = wrong(
        "conv_transpose1d",
        "M101",
        "every filter",
        conventions=UP | {"bias": True},
        **TWO,
        bias=[1000.0],
        grad_out=[[[1.0, 1.0, 5.0, 1.0, 1.0]]],
    )
    # Only the entry in the middle is reached by two filters.
    assert times == {
        "out": [[[1001.0, 1010.0, 2102.0, 1020.0, 1200.0]]],
        "grad_bias": [14.0],
    }
