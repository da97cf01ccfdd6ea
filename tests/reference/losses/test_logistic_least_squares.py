"""Toronto CSC 311, lecture 6: z = w x + b, y = sigma(z), L = 1/2 (y - t)^2."""

import math

import numpy as np
import pytest

from reference.layers.linear import Linear
from reference.layers.sigmoid import Sigmoid
from reference.losses.mean_squared_error import MeanSquaredError
from tests.reference.numerical import UNIT


def bars(w, x, b, t):
    """Return L and the bar quantities of w and b, in the order of the lecture."""
    z = w * x + b
    y = 1 / (1 + math.exp(-z))
    loss = 0.5 * (y - t) ** 2
    y_bar = y - t
    z_bar = y_bar * y * (1 - y)
    return loss, z_bar * x, z_bar


class Model:
    def __init__(self, w, b, scaling):
        self.linear, self.sigmoid = Linear(1, 1), Sigmoid()
        self.linear.params = {"weight": np.array([[w]]), "bias": np.array([b])}
        self.loss = MeanSquaredError(scaling)

    def forward(self, x, t):
        return self.loss.forward(self.sigmoid.forward(self.linear.forward(x)), t)

    def backward(self):
        self.linear.backward(self.sigmoid.backward(self.loss.backward()))
        return self.linear.grads["weight"].item(), self.linear.grads["bias"].item()


@pytest.mark.parametrize("seed", range(5))
def test_one_example_agrees_with_the_lecture(seed):
    w, x, b, t = np.random.default_rng(seed).normal(size=4).tolist()
    model = Model(w, b, "half_sum")
    loss, w_bar, b_bar = bars(w, x, b, t)
    # Some thirty roundings, of which the exponential magnifies those of z, below 9.
    assert abs(model.forward(np.array([[x]]), np.array([[t]])) - loss) <= 300 * UNIT
    found = model.backward()
    assert abs(found[0] - w_bar) <= 300 * UNIT
    assert abs(found[1] - b_bar) <= 300 * UNIT


def test_the_cost_is_the_average_over_the_examples():
    rng = np.random.default_rng(15)
    x, t = rng.normal(size=(2, 7, 1))
    w, b = 1.25, -0.5
    model = Model(w, b, "half_example_mean")
    cost = w_bar = b_bar = 0.0
    for n in range(7):
        loss, of_w, of_b = bars(w, float(x[n, 0]), b, float(t[n, 0]))
        cost, w_bar, b_bar = cost + loss / 7, w_bar + of_w / 7, b_bar + of_b / 7
    assert abs(model.forward(x, t) - cost) <= 300 * UNIT
    found = model.backward()
    assert abs(found[0] - w_bar) <= 300 * UNIT
    assert abs(found[1] - b_bar) <= 300 * UNIT
