import math

import numpy as np
import pytest

from reference.errors import ConventionError, LabelError, ShapeError
from reference.losses.negative_log_likelihood import NegativeLogLikelihood
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from tests.reference.numerical import UNIT

LOG_PROBABILITIES = np.array([[-0.5, -1.0, -2.0], [-3.0, -0.25, -1.5]])
LABELS = np.array([2, 1])


def test_two_examples_by_hand():
    loss = NegativeLogLikelihood()
    assert loss.forward(LOG_PROBABILITIES, LABELS) == (2.0 + 0.25) / 2
    np.testing.assert_array_equal(loss.backward(), [[0, 0, -0.5], [0, -0.5, 0]])


def test_the_sum_of_mit_6_036_is_not_divided():
    probabilities = np.exp(LOG_PROBABILITIES)
    rows = np.eye(3)[LABELS]
    expected = 0.0
    for n in range(2):
        for c in range(3):
            expected += -rows[n, c] * math.log(probabilities[n, c])
    loss = NegativeLogLikelihood("sum", labels="one_hot")
    value = loss.forward(np.log(probabilities), rows)
    # One exponential and one logarithm on each side.
    assert abs(value - expected) <= 20 * UNIT * expected
    np.testing.assert_array_equal(loss.backward(), -rows)


def test_shares_of_several_classes_weight_their_log_probabilities():
    rows = np.array([[0.25, 0.25, 0.5], [0.0, 0.0, 1.0]])
    loss = NegativeLogLikelihood("sum", labels="one_hot")
    value = loss.forward(LOG_PROBABILITIES, rows)
    assert value == 0.25 * 0.5 + 0.25 * 1.0 + 0.5 * 2.0 + 1.5
    np.testing.assert_array_equal(loss.backward(), -rows)


def test_after_a_log_softmax_it_is_the_cross_entropy():
    logits = np.random.default_rng(4).normal(size=(7, 5))
    labels = np.arange(7) % 5
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    value = NegativeLogLikelihood().forward(logs, labels)
    expected = SoftmaxCrossEntropy().forward(logits, labels)
    assert abs(value - expected) <= 200 * UNIT * expected


@pytest.mark.parametrize("shape", [(3,), (2, 0), (0, 3), (2, 3, 1)])
def test_log_probabilities_that_are_no_batch_are_refused(shape):
    sentence = r"log_probabilities must be \(N, C\) with N and C at least 1, got"
    with pytest.raises(ShapeError, match=sentence):
        NegativeLogLikelihood().forward(np.ones(shape), LABELS)


def test_a_label_that_is_no_class_is_refused():
    with pytest.raises(LabelError, match=r"labels must be 0 to 2, got 3$"):
        NegativeLogLikelihood().forward(LOG_PROBABILITIES, np.array([0, 3]))


def test_an_unknown_reduction_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match="one of mean, sum, got 'average'"):
        NegativeLogLikelihood("average")
