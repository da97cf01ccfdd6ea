import numpy as np
import pytest

from reference.errors import ConventionError, LabelError, ShapeError
from reference.losses.multiclass_hinge import MulticlassHinge
from tests.reference.numerical import UNIT

# CS231n, notes on linear classification: cat, car and frog with the labels in order.
SCORES = np.array([[3.25, 5.0, -1.75], [1.25, 5.0, 2.0], [2.25, 2.5, -3.0]])
LABELS = np.array([0, 1, 2])


def test_three_examples_by_hand():
    loss = MulticlassHinge(reduction="sum")
    # Excesses: 2.75 and -4; -2.75 and -2; 6.25 and 6.5.
    assert loss.forward(SCORES, LABELS) == 2.75 + 6.25 + 6.5
    expected = [[-1, 1, 0], [0, 0, 0], [1, 1, -2]]
    np.testing.assert_array_equal(loss.backward(), expected)


@pytest.mark.parametrize("delta", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 7), ("sum", 1)])
def test_agrees_with_the_naive_loop_of_the_course(delta, reduction, divisor):
    rng = np.random.default_rng(10)
    scores, labels = rng.normal(size=(7, 5)), rng.integers(0, 5, 7)
    total, gradient = 0.0, np.zeros((7, 5))
    for i in range(7):
        for j in range(5):
            if j == labels[i]:
                continue
            margin = scores[i, j] - scores[i, labels[i]] + delta
            if margin > 0:
                total += margin
                gradient[i, j] += 1
                gradient[i, labels[i]] -= 1
    loss = MulticlassHinge(delta, reduction)
    value = loss.forward(scores, labels)
    # The same differences on both sides, and sums of 28 in another order.
    assert abs(value - total / divisor) <= 2 * 30 * UNIT * total / divisor
    np.testing.assert_array_equal(loss.backward(), gradient / divisor)


def test_a_margin_that_is_met_exactly_has_no_gradient():
    loss = MulticlassHinge()
    assert loss.forward(np.array([[2.0, 1.0, 0.5]]), np.array([0])) == 0.0
    np.testing.assert_array_equal(loss.backward(), [[0.0, 0.0, 0.0]])


def test_equal_scores_cost_one_margin_for_each_wrong_class():
    # The check of the course before training: C - 1 for delta 1.
    assert MulticlassHinge().forward(np.zeros((4, 10)), np.arange(4)) == 9.0


def test_a_single_class_costs_nothing():
    loss = MulticlassHinge()
    assert loss.forward(np.ones((2, 1)), np.zeros(2, dtype=np.int64)) == 0.0
    np.testing.assert_array_equal(loss.backward(), [[0.0], [0.0]])


@pytest.mark.parametrize("delta", [-0.5, np.inf, np.nan])
def test_a_delta_that_is_negative_is_refused(delta):
    sentence = "^MulticlassHinge: delta must be finite and not negative, got"
    with pytest.raises(ValueError, match=sentence):
        MulticlassHinge(delta)


def test_a_label_that_is_no_class_is_refused():
    with pytest.raises(LabelError, match=r"labels must be 0 to 2, got 3$"):
        MulticlassHinge().forward(SCORES, np.array([0, 1, 3]))


@pytest.mark.parametrize("shape", [(3,), (2, 0), (2, 3, 1)])
def test_scores_that_are_no_matrix_are_refused(shape):
    sentence = r"scores must be \(N, C\) with N and C at least 1, got"
    with pytest.raises(ShapeError, match=sentence):
        MulticlassHinge().forward(np.ones(shape), LABELS)


def test_an_unknown_reduction_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match="one of mean, sum, got 'average'"):
        MulticlassHinge(reduction="average")
