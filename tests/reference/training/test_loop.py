import math

import numpy as np

from reference.datasets import digits
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.losses.mean_squared_error import MeanSquaredError
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from reference.optimizers.momentum import Momentum
from reference.optimizers.sgd import SGD
from reference.protocols import Layer
from reference.training import minibatches, predict, train


def test_the_losses_are_those_before_each_update():
    layer = Linear(1, 1)
    x, y = np.array([[1.0], [2.0]]), np.array([[4.0], [8.0]])
    batches = [np.array([0]), np.array([1])]
    losses = train([layer], MeanSquaredError(), SGD([layer], 0.125), x, y, batches)
    # The first step moves weight and bias from 0 to 0.125 * 2 * 4 = 1 each.
    assert losses == [16.0, (8.0 - 3.0) ** 2]
    np.testing.assert_array_equal(layer.params["weight"], [[1 + 0.125 * 2 * 5 * 2]])


def test_no_batches_change_nothing():
    layer = Linear(1, 1)
    no_data = np.ones((1, 1))
    assert (
        train([layer], MeanSquaredError(), SGD([layer], 1), no_data, no_data, []) == []
    )
    np.testing.assert_array_equal(predict([layer], no_data), [[0.0]])


def test_prediction_without_layers_is_the_input():
    x = np.ones((2, 3))
    assert predict([], x) is x


def test_a_small_network_learns_the_digits():
    data, rng = digits(), np.random.default_rng(0)
    layers: list[Layer] = [Linear(64, 32, rng), ReLU(), Linear(32, 10, rng)]
    optimizer = Momentum(layers, 0.05, 0.9)
    seen = slice(0, 1500)
    batches = minibatches(rng, 1500, 32, 10)
    losses = train(
        layers,
        SoftmaxCrossEntropy(),
        optimizer,
        data.images[seen],
        data.labels[seen],
        batches,
    )
    assert abs(losses[0] - math.log(10)) < 0.5
    guesses = predict(layers, data.images[1500:]).argmax(axis=1)
    assert np.mean(guesses == data.labels[1500:]) > 0.85


def test_an_optimizer_that_looks_ahead_is_asked_to_before_each_forward():
    from reference.optimizers.nesterov import Nesterov

    def losses(form):
        rng = np.random.default_rng(3)
        layers = [Linear(3, 2, rng)]
        x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
        optimizer = Nesterov(layers, 0.1, 0.8, form)
        every = [np.arange(5)] * 6
        return train(layers, MeanSquaredError(), optimizer, x, y, every)

    # The rewritten form keeps the parameters at the point ahead all the time, so it
    # meets the same points; at the start both are the same.
    np.testing.assert_allclose(losses("lookahead"), losses("rewritten"), rtol=1e-12)
