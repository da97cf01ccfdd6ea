"""The relations of normalising layers see what goes wrong in them."""

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.operations import create
from tests.reference.numerical import UNIT

NAMES = ["batch_norm", "spatial_batch_norm", "layer_norm", "group_norm"]


def rows(operation, array):
    return array.reshape(-1)[operation.sets(array.shape)]


def scattered(operation, values, shape):
    array = np.empty(shape)
    array.reshape(-1)[operation.sets(shape)] = values
    return array


def mean_path_lost(operation, answer, arrays):
    answer["grad_x"] = answer["grad_x"] + arrays["grad_out"]


def stretched(operation, answer, arrays):
    answer["out"] = answer["out"] * 1.25


def uncentred(operation, answer, arrays):
    x = arrays["x"]
    taken = rows(operation, x)
    root = np.sqrt(np.mean(taken**2, axis=1, keepdims=True) + operation.eps)
    answer["out"] = scattered(operation, taken / root, x.shape)


def broken(name, wrong):
    """Return which relations a wrong variant violates."""
    operation = create(name)
    found = set()
    for relation in operation.relations:
        rng = np.random.default_rng(0)
        asked = relation.questions(rng, operation.draw(rng))
        answers = [operation.answer(arrays) for arrays in asked]
        for answer, arrays in zip(answers, asked, strict=True):
            wrong(operation, answer, arrays)
        for left, right in relation.pairs(asked, answers).values():
            if np.max(np.abs(left - right)) > 1e-6:
                found.add(relation.name)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_forgotten_dependence_on_the_mean_is_seen(name):
    assert "sums_to_zero" in broken(name, mean_path_lost)


@pytest.mark.parametrize("name", NAMES)
def test_an_output_of_another_variance_is_seen(name):
    assert "normalized" in broken(name, stretched)


@pytest.mark.parametrize("name", NAMES)
def test_a_forgotten_mean_is_seen(name):
    assert {"normalized", "shift_invariant"} <= broken(name, uncentred)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variant", [0, 1])
def test_each_set_is_spread_out_so_that_eps_may_be_zero(name, variant):
    operation = create(name, eps=0.0)
    for seed in range(20):
        arrays = operation.draw(np.random.default_rng(seed), variant=variant)
        taken = rows(operation, arrays["x"])
        assert np.all(np.ptp(taken, axis=1) >= 2.0)
        assert operation.margin(arrays) >= 1.0


@pytest.mark.parametrize("name", NAMES)
def test_the_sets_hold_each_entry_once(name):
    operation = create(name)
    shape = operation.draw(np.random.default_rng(0))["x"].shape
    indices = np.sort(operation.sets(shape), axis=None)
    np.testing.assert_array_equal(indices, np.arange(np.prod(shape)))


@pytest.mark.parametrize(
    ("conventions", "smallest"),
    [
        ({}, 1),
        ({"running_variance": "unbiased"}, 2),
        ({"eps_inside": False}, 2),
        ({"eps": 0.0}, 3),
        ({"eps": 0.0, "running_variance": "unbiased"}, 3),
        ({"eps": 0.0, "mode": "evaluation"}, 1),
        ({"eps_inside": False, "mode": "evaluation"}, 1),
    ],
)
def test_the_smallest_batch_is_one_whose_gradient_says_something(conventions, smallest):
    operation = create("batch_norm", **conventions)
    assert operation.smallest_batch == smallest
    arrays = operation.draw(np.random.default_rng(0), variant=2)
    assert arrays["x"].shape == (smallest, 7)
    largest = np.max(np.abs(operation.answer(arrays)["grad_x"]))
    assert largest > 0.01 or (conventions == {} and largest == 0.0)


def test_two_rows_without_eps_have_no_gradient_to_judge():
    operation = create("batch_norm", eps=0.0)
    arrays = dict(operation.draw(np.random.default_rng(0)))
    arrays |= {name: arrays[name][:2] for name in ("x", "grad_out")}
    assert np.max(np.abs(operation.answer(arrays)["grad_x"])) < 2**5 * UNIT


@pytest.mark.parametrize("groups", [1, 2, 3, 4, 5, "channels"])
def test_images_have_four_different_lengths_whatever_the_groups(groups):
    operation = create("group_norm", groups=groups)
    shapes = [
        operation.draw(np.random.default_rng(0), variant=variant)["x"].shape
        for variant in range(3)
    ]
    assert all(len(set(shape)) == 4 for shape in shapes)
    assert shapes[0] != shapes[1]
    assert min(shapes[0][0], shapes[1][0]) > 2
    assert shapes[2][0] == 1


@pytest.mark.parametrize("groups", [0, 1.5, "some"])
def test_groups_that_are_no_number_of_groups_are_refused(groups):
    with pytest.raises(ConventionError, match=r"^(group_norm|GroupNorm): "):
        create("group_norm", groups=groups)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("eps", ["small", -1.0])
def test_an_eps_that_is_no_distance_is_refused(name, eps):
    with pytest.raises(ConventionError, match=f"^{name}: "):
        create(name, eps=eps)


def test_evaluation_has_no_relation_between_the_rows():
    names = {
        relation.name for relation in create("batch_norm", mode="evaluation").relations
    }
    assert names == {"linear_in_upstream", "independent_examples"}


@pytest.mark.parametrize(
    ("name", "conventions", "sizes"),
    [
        ("batch_norm", {}, {"num_features": 7, "eps": 0.1, "momentum": 0.8}),
        ("spatial_batch_norm", {}, {"num_features": 4, "eps": 0.1, "momentum": 0.8}),
        ("layer_norm", {"eps": 0.5}, {"num_features": 7, "eps": 0.5}),
        ("group_norm", {}, {"groups": 2, "num_channels": 4, "eps": 0.1}),
        (
            "group_norm",
            {"groups": "channels"},
            {"groups": 3, "num_channels": 3, "eps": 0.1},
        ),
    ],
)
def test_a_constructor_can_be_given_all_that_it_needs(name, conventions, sizes):
    operation = create(name, **conventions)
    assert operation.sizes(operation.draw(np.random.default_rng(0))) == sizes
