import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.networks.lenet import LeNet
from reference.operations import create
from reference.optimizers.sgd import SGD


def drawn(**conventions):
    operation = create("lenet", **conventions)
    return operation, operation.draw(np.random.default_rng(3))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("pooling", ["average", "max"])
def test_the_answer_is_that_of_the_network_with_these_parameters(activation, pooling):
    operation, arrays = drawn(activation=activation, pooling=pooling)
    network = LeNet(
        np.random.default_rng(0),
        **operation.sizes(arrays),
        activation=activation,
        pooling=pooling,
    )
    convolutions, affines = network.layers[0:4:3], network.layers[7:10:2]
    for kind, pair in (("conv", convolutions), ("linear", affines)):
        for number, layer in enumerate(pair, start=1):
            for name in ("weight", "bias"):
                layer.params[name] = arrays[f"{kind}{number}_{name}"]
    answer = operation.answer(arrays)
    np.testing.assert_array_equal(network.forward(arrays["x"]), answer["out"])
    grad_x = network.backward(arrays["grad_out"])
    np.testing.assert_array_equal(grad_x, answer["grad_x"])
    for kind, pair in (("conv", convolutions), ("linear", affines)):
        for number, layer in enumerate(pair, start=1):
            for name in ("weight", "bias"):
                found = answer[f"grad_{kind}{number}_{name}"]
                np.testing.assert_array_equal(layer.grads[name], found)


def test_rows_after_the_maps_are_longer_than_one_entry_for_each_map():
    # Otherwise the order in which the maps are flattened could not be told.
    for conventions in ({}, {"activation": "relu", "pooling": "max"}):
        _, arrays = drawn(**conventions)
        assert len(arrays["linear1_weight"]) == 4 * len(arrays["conv2_bias"])


def moved(arrays, name, index, step):
    changed = arrays[name].copy()
    changed[index] += step
    return {**arrays, name: changed}


@pytest.mark.parametrize(
    "conventions",
    [{"activation": "relu", "pooling": "max"}, {"activation": "relu"}],
    ids=["max", "average"],
)
def test_within_its_margin_a_network_with_relu_is_linear_in_every_entry(conventions):
    operation, arrays = drawn(**conventions)
    step = 0.99 * operation.margin(arrays)
    middle = operation.answer(arrays)
    for name in operation.inputs:
        for index in np.ndindex(arrays[name].shape):
            up, down = (
                operation.answer(moved(arrays, name, index, sign * step))["out"]
                for sign in (1, -1)
            )
            scale = np.max(np.abs(middle["out"]))
            bend = np.max(np.abs(up - 2 * middle["out"] + down))
            assert bend < 2.0**-40 * scale, (name, index)


def test_there_is_no_margin_where_a_window_has_two_largest_entries():
    operation, arrays = drawn(pooling="max")
    # Without a filter every entry of a map is the bias.
    flat = {**arrays, "conv1_weight": np.zeros_like(arrays["conv1_weight"])}
    assert operation.margin(flat) == 0.0


def test_windows_that_relu_has_emptied_have_no_tie():
    operation, arrays = drawn(activation="relu", pooling="max")
    dark = {
        **arrays,
        "conv1_bias": np.full_like(arrays["conv1_bias"], -(2.0**12)),
        "conv2_bias": np.full_like(arrays["conv2_bias"], 1.0),
        "conv2_weight": np.abs(arrays["conv2_weight"]),
    }
    # No map is left of the images, so the second maps are their biases everywhere.
    assert operation.margin(dark) == 0.0
    shut = {**dark, "conv2_bias": np.full_like(arrays["conv2_bias"], -1.0)}
    assert operation.margin(shut) > 0.0


def test_smooth_conventions_have_no_margin():
    operation, arrays = drawn()
    assert operation.margin(arrays) == np.inf


def test_sizes_are_those_of_the_constructor():
    operation, arrays = drawn()
    assert operation.sizes(arrays) == {
        "side": 8,
        "channels": 1,
        "classes": 4,
        "maps": [2, 3],
        "hidden": 5,
    }


def test_an_optimizer_moves_the_named_parameters():
    operation, arrays = drawn()
    network = operation.layer(arrays)
    before = network.forward(arrays["x"])
    network.backward(arrays["grad_out"])
    SGD([network], 0.01).step()
    after = network.forward(arrays["x"])
    # Down the gradient of sum(grad_out * out).
    assert np.sum(arrays["grad_out"] * (after - before)) < 0


@pytest.mark.parametrize("shape", [(3, 8, 8), (3, 2, 8, 8), (3, 1, 8, 4)])
def test_images_of_another_shape_are_refused(shape):
    operation, arrays = drawn()
    with pytest.raises(ShapeError) as caught:
        operation.layer(arrays).forward(np.ones(shape))
    assert str(caught.value) == f"NamedLeNet: x must be (N, 1, 8, 8), got {shape}"


def test_choices_that_are_not_known_are_refused():
    with pytest.raises(ConventionError, match="activation must be one of relu, tanh"):
        create("lenet", activation="sigmoid")
    with pytest.raises(ConventionError, match="pooling must be one of max, average"):
        create("lenet", pooling="sum")
