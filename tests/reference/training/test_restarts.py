import math

import numpy as np
import pytest

from reference.datasets.xor import xor
from reference.initializers.kaiming import Kaiming
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from reference.optimizers.sgd import SGD
from reference.training import train
from reference.training.restarts import random_restarts


def scripted(errors):
    """Return an attempt that ends with the given errors, one after the other."""
    numbered = iter(enumerate(errors))

    def attempt(rng):
        return next(numbered)

    return attempt


def restarted(errors):
    rng = np.random.default_rng(1)
    return random_restarts(rng, len(errors), scripted(errors))


def test_the_lowest_training_error_is_kept():
    best = restarted([3.0, 1.0, 2.0])
    assert (best.model, best.chosen) == (1, 1)
    assert list(best.errors) == [3.0, 1.0, 2.0]


def test_the_first_of_equal_errors_wins():
    assert restarted([3.0, 1.0, 1.0]).model == 1


def test_an_attempt_that_ends_without_a_number_never_wins():
    assert restarted([math.nan, 5.0, math.inf]).model == 1


def test_attempts_without_any_number_are_refused():
    with pytest.raises(ValueError, match="an error must be a number, got NaN only"):
        restarted([math.nan, math.nan])


def test_no_attempts_are_refused():
    with pytest.raises(ValueError, match="restarts must be at least 1, got 0"):
        restarted([])


def first_draws(count):
    """Return the first number of three attempts that draw ``count`` each."""
    seen = []

    def attempt(rng):
        seen.append(rng.random(count)[0])
        return None, 0.0

    random_restarts(np.random.default_rng(1), 3, attempt)
    return seen


def test_an_attempt_does_not_depend_on_how_much_others_draw():
    assert first_draws(1) == first_draws(7)
    assert len(set(first_draws(1))) == 3


def test_restarts_rescue_a_net_that_often_gets_stuck():
    points = xor(np.random.default_rng(3), 10, noise=0.1)
    everything = [np.arange(len(points.labels))] * 200

    def attempt(rng):
        layers = [Linear(2, 3), ReLU(), Linear(3, 2)]
        for layer in layers[::2]:
            shape = layer.params["weight"].shape
            layer.params["weight"] = Kaiming().sample(rng, shape)
        loss, optimizer = SoftmaxCrossEntropy(), SGD(layers, 0.5)
        losses = train(
            layers, loss, optimizer, points.inputs, points.labels, everything
        )
        return layers, losses[-1]

    best = random_restarts(np.random.default_rng(0), 8, attempt)
    assert max(best.errors) > 0.3
    assert best.errors[best.chosen] < 0.05
