import numpy as np

from reference.losses.l1 import L1
from tests.reference.numerical import UNIT

PREDICTIONS = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
TARGETS = np.array([[0.0, 4.0, 0.0], [5.0, 5.0, 7.0]])


def test_two_examples_by_hand():
    loss = L1("sum")
    assert loss.forward(PREDICTIONS, TARGETS) == 1 + 2 + 3 + 1 + 0 + 1
    np.testing.assert_array_equal(loss.backward(), [[1, -1, 1], [-1, 0, -1]])


def test_the_mean_absolute_error_agrees_with_a_loop():
    rng = np.random.default_rng(5)
    predictions, targets = rng.normal(size=(2, 5, 3))
    total, gradient = 0.0, np.zeros((5, 3))
    for n in range(5):
        for k in range(3):
            difference = predictions[n, k] - targets[n, k]
            total += difference if difference > 0 else -difference
            gradient[n, k] = 1 / 15 if difference > 0 else -1 / 15
    loss = L1()
    value = loss.forward(predictions, targets)
    # Sums of 15 numbers in another order, and a quotient.
    assert abs(value - total / 15) <= 32 * UNIT * total / 15
    np.testing.assert_array_equal(loss.backward(), gradient)


def test_where_prediction_and_target_agree_we_take_zero_as_the_gradient():
    loss = L1()
    assert loss.forward(TARGETS, TARGETS) == 0.0
    np.testing.assert_array_equal(loss.backward(), np.zeros((2, 3)))
