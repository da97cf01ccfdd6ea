"""Mistakes inside networks, written out by hand."""

from functools import partial

import numpy as np
import pytest

from reference.misconceptions import for_operation
from reference.misconceptions.chains import Chain, Link, right_run, with_changes
from reference.misconceptions.inner_mistakes import Inside
from reference.operations import create


def entry(network, number, title):
    """Return the only entry of a network with this number and title."""
    (found,) = {
        one.wrong
        for one in for_operation(network)
        if one.id == number and one.title == title
    }
    return found


def mlp(seed=1, variant=0, **conventions):
    operation = create("mlp", **conventions)
    return operation, operation.draw(np.random.default_rng(seed), variant=variant)


def test_a_mask_missing_after_one_layer_changes_only_the_layers_before_it():
    operation, arrays = mlp()
    wrong = entry("mlp", "M27", "after layer 2: derivative of the activation forgotten")

    found = wrong(operation, arrays)

    weights = [arrays[f"weight_{number}"] for number in range(3)]
    biases = [arrays[f"bias_{number}"] for number in range(3)]
    z1 = arrays["x"] @ weights[0] + biases[0]
    a1 = np.maximum(z1, 0)
    a2 = np.maximum(a1 @ weights[1] + biases[1], 0)
    e = np.exp(a2 @ weights[2] + biases[2])
    top = e / e.sum(axis=1, keepdims=True)
    top[np.arange(len(top)), arrays["labels"]] -= 1
    second = (top / len(top)) @ weights[2].T  # times the mask, if it were right
    first = (second @ weights[1].T) * (z1 > 0)
    expected = {
        "grad_weight_1": a1.T @ second,
        "grad_bias_1": second.sum(axis=0),
        "grad_weight_0": arrays["x"].T @ first,
        "grad_bias_0": first.sum(axis=0),
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-10, atol=1e-14)


def test_an_average_in_every_layer_grows_with_the_distance_from_the_loss():
    operation, arrays = mlp()
    right = operation.answer(arrays)

    found = entry("mlp", "M03", "batch average taken in every layer")(operation, arrays)

    for number, power in ((2, 1), (1, 2), (0, 3)):
        name = f"grad_weight_{number}"
        np.testing.assert_allclose(found[name], right[name] / 5**power, rtol=1e-10)
    assert "loss" not in found


def test_a_mistake_in_forward_changes_the_loss_and_all_gradients():
    operation, arrays = mlp()

    found = entry("mlp", "M362", "activations left out")(operation, arrays)

    out = arrays["x"]
    for number in range(3):
        out = out @ arrays[f"weight_{number}"] + arrays[f"bias_{number}"]
    e = np.exp(out)
    shares = e / e.sum(axis=1, keepdims=True)
    picked = shares[np.arange(len(out)), arrays["labels"]]
    assert found["loss"] == pytest.approx(-np.log(picked).mean(), rel=1e-10)
    assert found.keys() == set(operation.quantities)


def test_sums_in_place_of_activated_values_leave_the_biases_right():
    operation, arrays = mlp()
    wrong = entry("mlp", "M360", "sums used where the activated values belong")

    assert wrong(operation, arrays).keys() == {"grad_weight_1", "grad_weight_2"}


def test_a_place_that_is_the_only_one_of_its_kind_has_no_entry_of_its_own():
    operation, arrays = mlp(depth=2, loss="mean_squared_error")
    title = "derivative of the activation forgotten"

    assert entry("mlp", "M27", title)(operation, arrays)
    assert not entry("mlp", "M27", f"after layer 1: {title}")(operation, arrays)
    assert not entry("mlp", "M27", f"after layer 2: {title}")(operation, arrays)


def test_an_overflow_in_the_loss_leaves_no_gradient_a_number():
    operation = create("mlp")
    arrays = operation.extreme(np.random.default_rng(0))
    (wrong,) = (one.wrong for one in for_operation("mlp") if one.id == "M43")

    found = wrong(operation, arrays)

    assert set(operation.gradients) <= found.keys()
    assert all(np.isnan(found[name]).all() for name in operation.gradients)


def test_a_mask_missing_in_a_lenet_leaves_what_is_behind_it_right():
    operation = create("lenet")
    arrays = operation.draw(np.random.default_rng(2))
    title = "after convolution 2: derivative of the activation forgotten"

    found = entry("lenet", "M27", title)(operation, arrays)

    assert found.keys() == {
        "grad_x",
        *(
            f"grad_conv{layer}_{name}"
            for layer in (1, 2)
            for name in ("weight", "bias")
        ),
    }


SMALL = Chain(
    (
        Link("layer", create("linear"), {"weight": "weight_0", "bias": "bias_0"}),
        Link("activation", create("tanh"), {}),
        Link("layer", create("linear"), {"weight": "weight_1", "bias": "bias_1"}),
    )
)


def small(seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"weight_0": (3, 4), "bias_0": (4,), "weight_1": (4, 2), "bias_1": (2,)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return {
        "x": rng.normal(size=(5, 3)),
        "grad_out": rng.normal(size=(5, 2)),
        **arrays,
    }


class Whole:
    """What a chain is asked about by name."""

    quantities = ("out", "grad_x", "grad_weight_0", "grad_weight_1", "grad_bias_0")


def test_the_right_run_of_a_chain_is_a_chain_of_right_answers():
    arrays = small()

    run = right_run(SMALL, arrays)

    hidden = np.tanh(arrays["x"] @ arrays["weight_0"] + arrays["bias_0"])
    out = hidden @ arrays["weight_1"] + arrays["bias_1"]
    delta = (arrays["grad_out"] @ arrays["weight_1"].T) * (1 - hidden**2)
    np.testing.assert_allclose(run.found["out"], out)
    np.testing.assert_allclose(run.found["grad_weight_0"], arrays["x"].T @ delta)
    np.testing.assert_allclose(run.found["grad_x"], delta @ arrays["weight_0"].T)
    assert right_run(SMALL, arrays) is run


def test_without_an_upstream_gradient_a_chain_gives_its_output_only():
    arrays = small()
    del arrays["grad_out"]

    assert right_run(SMALL, arrays).found.keys() == {"out"}


def test_an_output_that_the_next_link_does_not_take_is_no_answer():
    def cut(operation, arrays):
        return {"out": arrays["x"][:, :2]}

    wrong = with_changes(lambda operation: SMALL, lambda chain: {1: cut})

    assert wrong(Whole(), small()) == {}


def test_a_wrong_output_goes_through_the_links_behind_it():
    def doubled(operation, arrays):
        return {"out": 2 * operation.answer(arrays)["out"]}

    wrong = with_changes(lambda operation: SMALL, lambda chain: {0: doubled})
    arrays = small()

    found = wrong(Whole(), arrays)

    sums = 2 * (arrays["x"] @ arrays["weight_0"] + arrays["bias_0"])
    out = np.tanh(sums) @ arrays["weight_1"] + arrays["bias_1"]
    np.testing.assert_allclose(found["out"], out)


@pytest.mark.parametrize(("number", "least"), [(3, 1), (0, 3)])
def test_a_place_that_is_not_there_changes_nothing(number, least):
    inside = Inside("layer", ("linear",), "M14", number=number, least=least)

    assert inside.changes(SMALL) == {}


def test_the_loss_is_the_link_behind_the_last():
    operation, _ = mlp()
    loss = Inside("loss", ("softmax_cross_entropy",), "M01")
    chain = Chain(SMALL.links, create("softmax_cross_entropy"), "labels")

    changes = loss.changes(chain)

    assert list(changes) == [3]
    assert chain.operation(3).name == "softmax_cross_entropy"
    assert operation.inputs[1] == chain.targets


def test_what_an_operation_does_not_get_wrong_is_left_out():
    inside = partial(Inside, "activation", ("tanh", "sigmoid"))

    assert inside("M32").changes(SMALL) == {}
    assert list(inside("M27").changes(SMALL)) == [1]
