"""One example with the label 0: both wrong classes miss a margin of 1."""

from tests.reference.misconceptions.finding import wrong

ARRAYS = {"scores": [[1.0, 0.5, 2.0]], "labels": [0]}


def found(number, formula="", **conventions):
    return wrong("multiclass_hinge", number, formula, conventions=conventions, **ARRAYS)


def test_a_true_class_that_is_counted_adds_the_margin():
    assert found("M55", "loss + delta, grad") == {
        "loss": 0.5 + 2.0 + 1.0,
        "grad_scores": [[-3.0, 1.0, 1.0]],
    }


def test_without_a_margin_there_is_none_to_add():
    assert found("M55", "loss + delta, grad", delta=0.0) == {}


def test_a_true_class_that_is_pushed_once_leaves_a_row_that_sums_to_one():
    assert found("M56") == {"grad_scores": [[-1.0, 1.0, 1.0]]}


def test_without_a_maximum_classes_far_behind_are_rewarded():
    assert found("M275", delta=0.25) == {
        "loss": -0.25 + 1.25,
        "grad_scores": [[-2.0, 1.0, 1.0]],
    }


def test_only_the_largest_violation_is_pushed_down():
    assert found("M277") == {"loss": 2.0, "grad_scores": [[-1.0, 0.0, 1.0]]}


def test_exchanged_scores_punish_a_class_for_being_behind():
    assert found("M274") == {"loss": 1.5, "grad_scores": [[1.0, -1.0, 0.0]]}
