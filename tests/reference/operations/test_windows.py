import numpy as np
import pytest

from reference.errors import ConventionError
from reference.operations import create

WITH_WINDOWS = [
    "average_pool1d",
    "average_pool2d",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "max_pool1d",
    "max_pool2d",
]
every_name = pytest.mark.parametrize("name", WITH_WINDOWS)


def draw(operation, variant=0):
    return operation.draw(np.random.default_rng(0), variant=variant)


def relations(operation):
    return {relation.name for relation in operation.relations}


@every_name
@pytest.mark.parametrize("value", ["2", 0, 1.5, True, [1, 2, 3]])
@pytest.mark.parametrize("convention", ["kernel", "stride"])
def test_a_size_that_is_none_is_refused(name, convention, value):
    with pytest.raises(ConventionError, match=f"{convention} must be an integer of at"):
        create(name, **{convention: value})


@every_name
def test_a_padding_that_is_none_is_refused(name):
    with pytest.raises(ConventionError, match="padding must be"):
        create(name, padding="wide")
    with pytest.raises(ConventionError, match="padding must be"):
        create(name, padding=-1)


@pytest.mark.parametrize("name", ["conv1d", "conv_transpose2d"])
def test_a_bias_that_is_neither_true_nor_false_is_refused(name):
    with pytest.raises(ConventionError, match="bias must be true or false, got 'no'"):
        create(name, bias="no")


@every_name
@pytest.mark.parametrize("kernel", [1, 2, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("variant", [0, 1, 2])
def test_small_arrays_are_found_for_all_sizes(name, kernel, stride, variant):
    given = {"kernel": kernel, "stride": stride, "padding": kernel // 2}
    if name.startswith("conv_transpose"):
        given["output_padding"] = stride - 1
    operation = create(name, **given)
    arrays = draw(operation, variant)
    answer = operation.answer(arrays)
    assert answer["out"].shape == arrays["grad_out"].shape
    for key in arrays.keys() - set(operation.square):
        assert len(set(arrays[key].shape)) == arrays[key].ndim


@pytest.mark.parametrize("name", ["conv2d", "max_pool2d", "average_pool2d"])
def test_the_stride_leaves_something_over_except_in_the_second_variant(name):
    operation = create(name, kernel=3, stride=3, padding=0)
    for variant, left_over in enumerate((2, 0, 2)):
        sides = draw(operation, variant)["x"].shape[2:]
        assert [side % 3 for side in sides] == [left_over, left_over]


@pytest.mark.parametrize("name", ["conv2d", "max_pool2d"])
def test_entries_that_no_window_reaches_are_among_those_drawn(name):
    operation = create(name, kernel=2, stride=3, padding=0)
    gradient = operation.answer(draw(operation))["grad_x"]
    assert not gradient[:, :, 2::3].any()
    assert not gradient[:, :, :, 2::3].any()


def test_a_number_is_a_size_of_all_axes_and_each_axis_has_a_name():
    operation = create("max_pool2d", kernel=3, stride=[2, 1], padding=1)
    assert operation.sizes(draw(operation)) == {
        "kernel": 3,
        "kernel_height": 3,
        "kernel_width": 3,
        "stride": [2, 1],
        "stride_height": 2,
        "stride_width": 1,
        "padding": 1,
        "padding_height": 1,
        "padding_width": 1,
    }


def test_sizes_of_a_convolution_are_what_a_constructor_may_need():
    operation = create("conv1d", kernel=5, stride=3, padding="full", groups=2)
    assert operation.sizes(draw(operation)) == {
        "in_channels": 4,
        "out_channels": 6,
        "kernel": 5,
        "stride": 3,
        "padding": 4,
        "dilation": 1,
        "groups": 2,
    }


def test_padding_is_a_word_where_no_number_says_it():
    sizes = {
        kernel: create("conv1d", kernel=kernel, stride=1, padding="same")
        for kernel in (3, 4)
    }
    assert sizes[3].sizes(draw(sizes[3]))["padding"] == 1
    assert sizes[4].sizes(draw(sizes[4]))["padding"] == "same"


def test_sizes_of_a_transposed_convolution_are_what_a_constructor_may_need():
    operation = create("conv_transpose1d")
    assert operation.sizes(draw(operation)) == {
        "in_channels": 4,
        "out_channels": 2,
        "kernel": 3,
        "stride": 2,
        "padding": 1,
        "output_padding": 1,
    }


@pytest.mark.parametrize(
    ("given", "commutes"),
    [
        ({}, True),
        ({"kind": "cross_correlation"}, False),
        ({"padding": "valid"}, False),
        ({"stride": 2}, False),
        ({"dilation": 2}, False),
        ({"groups": 2}, False),
    ],
)
def test_only_plain_full_convolutions_commute(given, commutes):
    plain = {"kind": "convolution", "padding": "full", "stride": 1}
    operation = create("conv1d", **{**plain, **given})
    assert ("commutative" in relations(operation)) == commutes


def test_commuting_holds_without_a_bias_too():
    operation = create(
        "conv1d", kind="convolution", padding="full", stride=1, bias=False
    )
    found = {relation.name: relation for relation in operation.relations}
    rule = found["commutative"]
    asked = rule.questions(np.random.default_rng(0), draw(operation))
    answers = [operation.answer(arrays) for arrays in asked]
    assert all("bias" not in arrays for arrays in asked)
    for one, other in rule.pairs(asked, answers).values():
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, True),
        ({"padding": 1}, False),
        ({"ragged": "keep"}, False),
        ({"padding": 1, "ragged": "keep", "divisor": "unpadded"}, True),
    ],
)
def test_averages_keep_the_gradient_where_shares_add_up_to_one(given, kept):
    operation = create("average_pool2d", **given)
    assert ("gradient_is_kept" in relations(operation)) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"kernel": 3, "stride": 3}, True),
        ({"kernel": [2, 3], "stride": [2, 3], "ragged": "keep"}, True),
        ({"kernel": 3, "stride": 2}, False),
        ({"kernel": 3, "stride": 3, "padding": 1}, False),
    ],
)
def test_averages_keep_the_mean_where_windows_tile(given, kept):
    assert ("mean_is_kept" in relations(create("average_pool2d", **given))) == kept


class TestMaxPooling:
    def test_the_margin_is_half_the_least_distance_of_the_two_largest(self):
        operation = create("max_pool1d", kernel=3, stride=3, ragged="keep")
        x = np.array([[[1.0, 5.0, 9.0, 2.0, 2.0, 5.0, 7.0]]])
        assert operation.margin({"x": x}) == 1.5

    def test_without_rivals_the_margin_is_infinite(self):
        operation = create("max_pool1d", kernel=1, stride=2)
        assert operation.margin(draw(operation)) == np.inf

    @pytest.mark.parametrize("variant", [0, 1, 2])
    def test_all_entries_of_an_image_are_far_apart(self, variant):
        for seed in range(5):
            operation = create("max_pool2d")
            x = operation.draw(np.random.default_rng(seed), variant=variant)["x"]
            entries = np.sort(x.reshape(*x.shape[:2], -1), axis=-1)
            assert np.min(np.diff(entries)) >= 2.0**-3
            assert operation.margin({"x": x}) >= 2.0**-4

    def test_one_channel_is_negative_everywhere_and_another_is_not(self):
        x = draw(create("max_pool2d"))["x"]
        assert np.max(x[:, 0]) < 0 < np.max(x[:, 1])

    def test_far_inputs_lie_on_both_sides(self):
        x = create("max_pool2d").extreme(np.random.default_rng(0))["x"]
        assert np.max(x[1]) < -900
        assert np.min(x[0]) > 900
