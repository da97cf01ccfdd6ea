import numpy as np
import pytest

from reference.misconceptions import VisibleOn, for_operation
from reference.operations import create

FOLDED = {"M21"}
OWN = {"M14", "M19", "M245"}
BIAS = {"M15", "M16", "M17", "M18", "M250"}


def applying(**conventions):
    operation = create("linear", **conventions)
    arrays = operation.draw(np.random.default_rng(0))
    return {
        entry.id: entry.wrong(operation, arrays)
        for entry in for_operation("linear")
        if entry.visible_on is VisibleOn.DRAWS
    }


def impossible(**conventions):
    return {number for number, wrong in applying(**conventions).items() if not wrong}


def test_without_a_bias_nothing_is_wrong_with_its_gradient():
    assert impossible(bias="none") == FOLDED | OWN | BIAS
    every = {quantity for wrong in applying(bias="none").values() for quantity in wrong}
    assert every == {"grad_x", "grad_weight"}


@pytest.mark.parametrize("bias", ["folded_first", "folded_last"])
def test_a_folded_bias_is_a_row_and_has_no_shape_of_its_own(bias):
    assert impossible(bias=bias) == OWN


def test_a_bias_of_its_own_has_no_constant_beside_the_features():
    assert impossible() == FOLDED


@pytest.mark.parametrize(("bias", "row"), [("folded_first", 0), ("folded_last", -1)])
@pytest.mark.parametrize("number", sorted(BIAS - {"M250"}))
def test_a_wrong_bias_gradient_is_wrong_in_its_row_only(bias, row, number):
    operation = create("linear", bias=bias)
    right = operation.answer(operation.draw(np.random.default_rng(0)))["grad_weight"]
    wrong = applying(bias=bias)[number]["grad_weight"]
    assert (np.delete(wrong, row, axis=0) == np.delete(right, row, axis=0)).all()
    assert (wrong[row] != right[row]).all()


@pytest.mark.parametrize("bias", ["folded_first", "folded_last"])
def test_the_row_of_a_folded_bias_takes_part_in_mistakes_about_the_weight(bias):
    operation = create("linear", bias=bias)
    right = operation.answer(operation.draw(np.random.default_rng(0)))["grad_weight"]
    found = applying(bias=bias)
    np.testing.assert_array_equal(found["M12"]["grad_weight"], right.T)
    np.testing.assert_array_equal(found["M57"]["grad_weight"], 2 * right)


def test_a_square_weight_with_a_folded_bias_can_be_left_untransposed():
    operation = create("linear", bias="folded_first")
    arrays = {
        "x": np.array([[1.0]]),
        "weight": np.array([[5.0, 6.0], [7.0, 8.0]]),
        "grad_out": np.array([[1.0, 10.0]]),
    }
    (entry,) = (e for e in for_operation("linear") if e.id == "M11")
    # (1, 10) times the weight is (75, 86); the first of them belongs to the bias.
    assert entry.wrong(operation, arrays)["grad_x"].tolist() == [[86.0]]


def test_the_other_column_dropped_leaves_the_gradient_for_the_constant():
    operation = create("linear", bias="folded_first")
    arrays = {
        "x": np.array([[1.0, 2.0]]),
        "weight": np.array([[3.0], [4.0], [5.0]]),
        "grad_out": np.array([[10.0]]),
    }
    found = {e.formula: e.wrong(operation, arrays) for e in for_operation("linear")}
    wrong = found["grad_x without the column at the other end"]
    assert wrong["grad_x"].tolist() == [[30.0, 40.0]]
