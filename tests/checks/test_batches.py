"""Which axis counts the examples is found for every operation."""

import numpy as np
import pytest

from grader.checks.batches import batch_axes, sized
from reference.operations import Family, create, names

WITHOUT = {"computation_graph", "l1_penalty", "l2_penalty"}


def test_the_axis_is_the_one_that_shrinks_to_one_example() -> None:
    assert batch_axes(create("linear")) == {"x": 0, "grad_out": 0}
    assert batch_axes(create("ctc"))["logits"] == 1
    # Running statistics belong to the layer, not to the examples.
    assert batch_axes(create("batch_norm")) == {"x": 0, "grad_out": 0}


@pytest.mark.parametrize(
    "name", [n for n in names() if create(n).family in (Family.LAYER, Family.LOSS)]
)
def test_an_operation_answers_batches_of_other_sizes(name: str) -> None:
    operation = create(name)
    axes = batch_axes(operation)
    assert bool(axes) == (name not in WITHOUT)

    arrays = sized(operation.draw(np.random.default_rng(1)), axes, 13)

    assert all(arrays[one].shape[axis] == 13 for one, axis in axes.items())
    assert all(np.isfinite(v).all() for v in operation.answer(arrays).values())


def test_more_examples_are_the_first_ones_again() -> None:
    x = np.arange(6.0).reshape(3, 2)
    grown = sized({"x": x, "weight": x}, {"x": 0}, 5)

    np.testing.assert_array_equal(grown["x"], x[[0, 1, 2, 0, 1]])
    assert grown["weight"] is x


def test_fewer_examples_are_the_first_ones() -> None:
    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(sized({"x": x}, {"x": 1}, 1)["x"], x[:, :1])
