"""Equal units stay equal: why weights are not started at zero (Penn CIS 4190)."""

import numpy as np
import pytest

from reference.initializers.constant import Constant
from reference.initializers.kaiming import Kaiming
from reference.initializers.zeros import Zeros
from reference.layers.linear import Linear
from reference.layers.tanh import Tanh
from reference.losses.mean_squared_error import MeanSquaredError
from reference.optimizers.sgd import SGD
from reference.training import train

INPUTS, HIDDEN, OUTPUTS = 3, 4, 2


def weights_after(initializer, steps):
    """Train a small net for some steps and return both weights at the end."""
    rng = np.random.default_rng(8)
    first, second = Linear(INPUTS, HIDDEN), Linear(HIDDEN, OUTPUTS)
    for layer in (first, second):
        shape = layer.params["weight"].shape
        layer.params["weight"] = initializer.sample(rng, shape)
    layers = [first, Tanh(), second]
    inputs = rng.normal(size=(6, INPUTS))
    targets = rng.normal(size=(6, OUTPUTS))
    batches = [np.arange(6)] * steps
    train(layers, MeanSquaredError(), SGD(layers, 0.1), inputs, targets, batches)
    return first.params["weight"], second.params["weight"]


def all_units_equal(first, second):
    """Tell whether each hidden unit has the weights of the one before it."""
    incoming = np.array_equal(first, np.roll(first, 1, axis=1))
    return incoming and np.array_equal(second, np.roll(second, 1, axis=0))


def test_zero_weights_do_not_move_at_all_behind_an_odd_activation():
    first, second = weights_after(Zeros(), 2)
    np.testing.assert_array_equal(first, np.zeros((INPUTS, HIDDEN)))
    np.testing.assert_array_equal(second, np.zeros((HIDDEN, OUTPUTS)))


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_equal_units_move_and_stay_equal(steps):
    first, second = weights_after(Constant(0.5), steps)
    assert not np.array_equal(first, np.full((INPUTS, HIDDEN), 0.5))
    assert all_units_equal(first, second)


def test_random_units_differ():
    assert not all_units_equal(*weights_after(Kaiming(), 2))
