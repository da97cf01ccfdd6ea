"""Worked examples for max pooling and average pooling."""

from tests.reference.misconceptions.finding import wrong

BY_TWO = {"kernel": 3, "stride": 2}
ROW = {"x": [[[1.0, 5.0, 9.0, 2.0, 10.0]]], "grad_out": [[[10.0, 20.0]]]}


def largest(number, formula="", **others):
    return wrong("max_pool1d", number, formula, conventions=BY_TWO, **(ROW | others))


def average(number, formula="", conventions=BY_TWO, **arrays):
    return wrong("average_pool1d", number, formula, conventions=conventions, **arrays)


def test_a_window_that_is_assigned_wipes_out_its_neighbour():
    gradient = [[[0.0, 0.0, 0.0, 0.0, 20.0]]]
    assert largest("M104", "is_largest") == {"grad_x": gradient}


def test_the_largest_entry_of_two_windows_may_keep_one_gradient():
    assert largest("M104", "argmax") == {}
    shared = [[[1.0, 5.0, 9.0, 2.0, 4.0]]]
    gradient = [[[0.0, 0.0, 20.0, 0.0, 0.0]]]
    assert largest("M104", "argmax", x=shared) == {"grad_x": gradient}


def test_positions_in_windows_all_lie_in_the_first_one():
    gradient = [[[0.0, 0.0, 30.0, 0.0, 0.0]]]
    assert largest("M97", "position") == {"grad_x": gradient}


def test_a_search_from_zero_never_finds_a_negative_entry():
    x = [[[-1.0, -5.0, -9.0, -2.0, -4.0]]]
    assert largest("M107", "starts from 0", x=x) == {
        "out": [[[0.0, 0.0]]],
        "grad_x": [[[0.0] * 5]],
    }


def test_a_copy_of_the_gradient_may_go_to_every_entry():
    assert largest("M292") == {"grad_x": [[[10.0, 10.0, 30.0, 20.0, 20.0]]]}


def test_the_largest_of_all_channels_gets_the_gradients_of_all():
    x = [[[1.0, 5.0, 9.0], [2.0, 11.0, 3.0]]]
    found = largest("M290", x=x, grad_out=[[[10.0], [20.0]]])
    assert found == {
        "out": [[[11.0], [11.0]]],
        "grad_x": [[[0.0] * 3, [0.0, 30.0, 0.0]]],
    }


def test_a_sum_over_the_product_of_the_strides_is_no_mean():
    found = average(
        "M109", "strides", x=[[[1.0, 2.0, 3.0, 4.0, 5.0]]], grad_out=[[[6.0, 12.0]]]
    )
    assert found == {"out": [[[3.0, 6.0]]], "grad_x": [[[3.0, 3.0, 9.0, 6.0, 6.0]]]}


def test_zeros_of_the_padding_may_be_counted_or_not():
    padded = {"kernel": 2, "stride": 1, "padding": 1}
    x = [[[2.0, 4.0]]]
    left_out = average("M109", "padding", conventions=padded, x=x)
    assert left_out == {"out": [[[2.0, 3.0, 4.0]]]}
    unpadded = padded | {"divisor": "unpadded"}
    counted = average("M109", "padding", conventions=unpadded, x=x)
    assert counted == {"out": [[[1.0, 3.0, 2.0]]]}
