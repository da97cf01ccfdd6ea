import numpy as np
import pytest

from reference.misconceptions import for_operation
from reference.operations import create
from tests.reference.misconceptions.finding import wrong

DIFFERENCES = {
    "predictions": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
    "targets": [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
}
FLAT = {"log_probabilities": [[-1.0, -2.0], [-4.0, -8.0]], "labels": [0, 1]}


@pytest.mark.parametrize(
    ("reduction", "row"),
    [("mean", [0.5, 0.5, 0.5]), ("example_mean", [0.5, 0.5, 0.5]), ("sum", [1, 1, 1])],
)
def test_a_gradient_averaged_over_the_examples_is_one_row(reduction, row):
    arrays = {**DIFFERENCES, "targets": [[0.0, 3.0, 0.0], [9.0, 0.0, 9.0]]}
    found = wrong("l1", "M262", conventions={"reduction": reduction}, **arrays)
    signs = np.array([1 - 1, -1 + 1, 1 - 1])
    assert found["grad_predictions"] == list(signs * row)


def test_a_width_that_is_still_divided_by_leaves_the_batch_size():
    found = wrong("l1", "M01", "K in place", **DIFFERENCES)
    assert found == {"grad_predictions": [[1 / 3] * 3] * 2}


@pytest.mark.parametrize(("reduction", "factor"), [("mean", 6), ("sum", 1 / 6)])
def test_a_sum_in_place_of_a_mean_is_as_wrong_as_a_mean_in_place_of_a_sum(
    reduction, factor
):
    conventions = {"reduction": reduction}
    operation = create("l1", **conventions)
    arrays = {name: np.array(value) for name, value in DIFFERENCES.items()}
    right = float(operation.answer(arrays)["loss"])
    found = wrong("l1", "M04", conventions=conventions, **DIFFERENCES)
    assert found["loss"] == pytest.approx(factor * right)


def test_columns_of_all_labels_pick_every_pair_of_example_and_label():
    assert wrong("negative_log_likelihood", "M272", "mean(", **FLAT) == {
        "loss": (1.0 + 2.0 + 4.0 + 8.0) / 4.0,
        "grad_log_probabilities": [[-0.5, -0.5], [-0.5, -0.5]],
    }


def test_a_column_that_is_picked_twice_is_reduced_once():
    arrays = {**FLAT, "labels": [1, 1]}
    assert wrong("negative_log_likelihood", "M272", "sum(", **arrays) == {
        "loss": (2.0 * 2.0 + 2.0 * 8.0) / 2.0,
        "grad_log_probabilities": [[0.0, -0.5], [0.0, -0.5]],
    }


def test_half_of_a_cross_entropy_says_nothing_about_a_no():
    arrays = {"probabilities": [[0.75, 0.25]], "targets": [[0, 0]]}
    assert wrong("binary_cross_entropy", "M52", **arrays) == {
        "loss": 0.0,
        "grad_probabilities": [[0.0, 0.0]],
    }


def test_a_gradient_through_the_clipping_needs_something_that_is_clipped():
    arrays = {"probabilities": [[0.75, 0.25]], "targets": [[0, 0]]}
    none = wrong("binary_cross_entropy", "M51", conventions={"clip": 0.1}, **arrays)
    some = wrong("binary_cross_entropy", "M51", conventions={"clip": 0.25}, **arrays)
    assert none == some == {}
    arrays = {"probabilities": [[0.75, 0.125]], "targets": [[0, 0]]}
    found = wrong("binary_cross_entropy", "M51", conventions={"clip": 0.25}, **arrays)
    assert found["grad_probabilities"] == [pytest.approx([2.0, 2.0 / 3.0])]


def test_a_multiclass_loss_by_the_formula_of_two_classes_counts_the_wrong_ones():
    arrays = {"logits": [[0.0, 0.0, 0.0]], "labels": [0]}
    found = wrong("softmax_cross_entropy", "M269", "1 - y", **arrays)
    assert found["loss"] == pytest.approx(-np.log(1 / 3) - 2 * np.log(2 / 3))
    # The derivatives for the probabilities are -3, 3/2 and 3/2, with the mean 0.
    assert found["grad_logits"] == [pytest.approx([-1.0, 0.5, 0.5])]


def test_parts_of_a_huber_loss_the_wrong_way_round():
    arrays = {"predictions": [[0.5, 3.0]], "targets": [[0.0, 0.0]]}
    conventions = {"delta": 2.0, "reduction": "sum"}
    assert wrong("huber", "M201", conventions=conventions, **arrays) == {
        "loss": 2.0 * (0.5 - 1.0) + 9.0 / 2.0,
        "grad_predictions": [[2.0, 3.0]],
    }


@pytest.mark.parametrize("name", ["l1", "huber", "mean_squared_error", "ctc"])
def test_an_average_that_is_forgotten_and_one_that_is_not_asked_for_share_a_title(name):
    titles = {entry.title for entry in for_operation(name) if entry.id == "M04"}
    assert titles == {"sum and mean confused"}
