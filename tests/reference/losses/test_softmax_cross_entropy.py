import math

import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from tests.reference.numerical import UNIT


@pytest.fixture
def batch():
    rng = np.random.default_rng(2)
    return np.round(rng.normal(size=(7, 5)) * 256) / 256, rng.integers(0, 5, 7)


def naive(logits, labels):
    """Sum of the losses and their gradient, as printed in a textbook."""
    loss, gradient = 0.0, np.zeros_like(logits)
    for n, label in enumerate(labels):
        exponentials = [math.exp(z) for z in logits[n]]
        loss -= math.log(exponentials[label] / math.fsum(exponentials))
        for c, exponential in enumerate(exponentials):
            gradient[n, c] = exponential / math.fsum(exponentials) - (c == label)
    return loss, gradient


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 7), ("sum", 1)])
def test_agrees_with_the_formula_as_printed(batch, reduction, divisor):
    loss = SoftmaxCrossEntropy(reduction)
    value = loss.forward(*batch)
    expected, gradient = naive(*batch)
    # Logits are below 4: exponentials, sums of 5, logarithms and their sum over 7
    # examples stay below 100 units of rounding each way.
    assert abs(value - expected / divisor) <= 200 * UNIT * expected / divisor
    error = np.abs(loss.backward() - gradient / divisor)
    assert np.max(error) <= 200 * UNIT / divisor


def test_equal_logits_cost_the_logarithm_of_the_number_of_classes():
    value = SoftmaxCrossEntropy().forward(np.zeros((3, 7)), np.array([0, 3, 6]))
    # One logarithm on each side, at most 4 ulp, and three additions and a division.
    assert abs(value - math.log(7)) <= (2 * 8 + 4) * UNIT * math.log(7)


def test_a_shift_of_whole_rows_by_a_thousand_changes_nothing(batch):
    logits, labels = batch
    loss = SoftmaxCrossEntropy()
    value, gradient = loss.forward(logits, labels), loss.backward()
    shift = np.resize([1000.0, -1000.0], (7, 1))
    # The logits lie on a grid on which the shift is exact.
    assert loss.forward(logits + shift, labels) == value
    np.testing.assert_array_equal(loss.backward(), gradient)


def test_a_confident_mistake_costs_the_distance_of_the_logits():
    loss = SoftmaxCrossEntropy()
    assert loss.forward(np.array([[1000.0, 0.0]]), np.array([1])) == 1000.0
    np.testing.assert_array_equal(loss.backward(), [[1.0, -1.0]])


def test_rows_of_the_gradient_add_up_to_zero(batch):
    loss = SoftmaxCrossEntropy("sum")
    loss.forward(*batch)
    # Five entries of at most 1, each off by at most 5 roundings of the quotient.
    assert np.max(np.abs(loss.backward().sum(axis=1))) <= 5 * (5 + 5) * UNIT


@pytest.mark.parametrize("label", [-1, 5])
def test_a_label_that_is_no_class_is_refused(batch, label):
    logits, labels = batch
    labels[3] = label
    with pytest.raises(ValueError, match=f"labels must be 0 to 4, got {label}$"):
        SoftmaxCrossEntropy().forward(logits, labels)


def test_labels_that_are_no_integers_are_refused(batch):
    logits, labels = batch
    with pytest.raises(TypeError, match="labels must be integers, got float64"):
        SoftmaxCrossEntropy().forward(logits, labels.astype(float))


def test_one_hot_labels_are_refused(batch):
    logits, labels = batch
    with pytest.raises(ShapeError, match=r"labels must be \(7,\), got \(7, 5\)"):
        SoftmaxCrossEntropy().forward(logits, np.eye(5)[labels])


def test_logits_that_are_no_matrix_are_refused(batch):
    _, labels = batch
    with pytest.raises(ShapeError, match=r"logits must be \(N, C\).*got \(7,\)"):
        SoftmaxCrossEntropy().forward(np.ones(7), labels)


def test_an_unknown_reduction_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match="one of mean, sum, got 'average'"):
        SoftmaxCrossEntropy("average")


def naive_with_rows(logits, rows):
    """Return ``-sum_c y_c log p_c`` and ``p - y`` as printed, added up."""
    loss, gradient = 0.0, np.zeros_like(logits)
    for n in range(len(logits)):
        total = math.fsum(math.exp(z) for z in logits[n])
        for c, z in enumerate(logits[n]):
            loss -= rows[n, c] * math.log(math.exp(z) / total)
            gradient[n, c] = math.exp(z) / total - rows[n, c]
    return loss, gradient


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 7), ("sum", 1)])
def test_soft_labels_agree_with_the_formula_as_printed(batch, reduction, divisor):
    logits, _ = batch
    rows = np.random.default_rng(3).dirichlet(np.ones(5), 7)
    loss = SoftmaxCrossEntropy(reduction, labels="one_hot")
    value = loss.forward(logits, rows)
    expected, gradient = naive_with_rows(logits, rows)
    # As above, with a product and a sum of 5 more.
    assert abs(value - expected / divisor) <= 300 * UNIT * expected / divisor
    error = np.abs(loss.backward() - gradient / divisor)
    assert np.max(error) <= 300 * UNIT / divisor


def test_a_label_shared_by_two_classes_is_best_served_by_equal_logits():
    loss = SoftmaxCrossEntropy(labels="one_hot")
    value = loss.forward(np.array([[3.0, 3.0]]), np.array([[0.5, 0.5]]))
    assert abs(value - math.log(2)) <= 16 * UNIT
    np.testing.assert_array_equal(loss.backward(), [[0.0, 0.0]])
