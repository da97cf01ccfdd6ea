import math

import numpy as np
import pytest

from reference.layers.sigmoid import Sigmoid
from reference.losses.binary_cross_entropy import BinaryCrossEntropy
from reference.losses.binary_cross_entropy_with_logits import (
    BinaryCrossEntropyWithLogits,
)
from tests.reference.numerical import UNIT


@pytest.fixture
def batch():
    rng = np.random.default_rng(9)
    return rng.uniform(-3, 3, (5, 3)), rng.integers(0, 2, (5, 3)).astype(float)


def naive(logits, targets):
    """Sum of ``-(y log s(z) + (1 - y) log(1 - s(z)))`` and ``s(z) - y``."""
    loss, gradient = 0.0, np.zeros_like(logits)
    for place in np.ndindex(logits.shape):
        y = float(targets[place])
        s = 1 / (1 + math.exp(-logits[place]))
        loss += -(y * math.log(s) + (1 - y) * math.log(1 - s))
        gradient[place] = s - y
    return loss, gradient


@pytest.mark.parametrize(
    ("reduction", "divisor"), [("mean", 15), ("example_mean", 5), ("sum", 1)]
)
def test_agrees_with_the_formula_as_printed(batch, reduction, divisor):
    loss = BinaryCrossEntropyWithLogits(reduction)
    value = loss.forward(*batch)
    expected, gradient = naive(*batch)
    # Logits are within 3, where 1 - s is at least 1/21: its error weighs 21 times.
    assert abs(value - expected / divisor) <= 400 * UNIT * expected / divisor
    assert np.max(np.abs(loss.backward() - gradient / divisor)) <= 40 * UNIT / divisor


def test_it_is_a_sigmoid_and_the_binary_cross_entropy(batch):
    logits, targets = batch
    layer, after = Sigmoid(), BinaryCrossEntropy()
    value = after.forward(layer.forward(logits), targets)
    loss = BinaryCrossEntropyWithLogits()
    assert abs(loss.forward(logits, targets) - value) <= 400 * UNIT * value
    gradient = layer.backward(after.backward())
    assert np.max(np.abs(loss.backward() - gradient)) <= 400 * UNIT / 15


def test_a_thousand_in_the_wrong_direction_costs_a_thousand():
    loss = BinaryCrossEntropyWithLogits("sum")
    logits = np.array([1000.0, -1000.0, 1000.0, -1000.0])
    assert loss.forward(logits, np.array([0.0, 1.0, 1.0, 0.0])) == 2000.0
    np.testing.assert_array_equal(loss.backward(), [1.0, -1.0, 0.0, 0.0])


def test_a_confident_right_answer_still_has_a_loss():
    value = BinaryCrossEntropyWithLogits().forward(np.array([50.0]), np.ones(1))
    assert abs(value - math.exp(-50)) <= 16 * UNIT * math.exp(-50)
