import numpy as np
import pytest

from reference.datasets import digits
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from reference.optimizers.sgd import SGD
from reference.training.overfitting import Overfit, overfit


class Backwards(ReLU):
    """A ReLU whose gradient has the wrong sign."""

    def backward(self, grad_out):
        return -super().backward(grad_out)


def attempt(activation, **settings):
    data, rng = digits(), np.random.default_rng(1)
    layers = [Linear(64, 32, rng), activation, Linear(32, 10)]
    optimizer = SGD(layers, 0.5)
    loss = SoftmaxCrossEntropy()
    return overfit(layers, loss, optimizer, data.images, data.labels, **settings)


def test_right_gradients_learn_a_few_digits_by_heart():
    found = attempt(ReLU())
    assert found.reached
    assert len(found.losses) == 200
    assert found.losses[0] == pytest.approx(np.log(10))


def test_too_few_steps_do_not_reach_the_threshold():
    assert not attempt(ReLU(), steps=3).reached


def test_a_wrong_sign_makes_the_same_examples_harder_to_learn():
    right, wrong = attempt(ReLU(), steps=20), attempt(Backwards(), steps=20)
    assert wrong.losses[-1] > right.losses[-1]


def test_only_the_first_examples_are_seen():
    class Counting(ReLU):
        def forward(self, x):
            rows.add(len(x))
            return super().forward(x)

    rows = set()
    attempt(Counting(), examples=3, steps=2)
    assert rows == {3}


def test_a_loss_that_is_no_number_does_not_count_as_reached():
    assert not Overfit([float("nan")], 0.01).reached


@pytest.mark.parametrize("examples", [0, 1798])
def test_more_examples_than_there_are_or_none_are_refused(examples):
    with pytest.raises(ValueError, match=f"must be from 1 to 1797, got {examples}"):
        attempt(ReLU(), examples=examples)


@pytest.mark.parametrize("settings", [{"steps": 0}, {"threshold": 0.0}])
def test_settings_that_decide_nothing_are_refused(settings):
    with pytest.raises(ValueError, match="steps must be at least 1 and threshold posi"):
        attempt(ReLU(), **settings)
