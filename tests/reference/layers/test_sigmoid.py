import math

import numpy as np

from reference.layers.sigmoid import Sigmoid
from tests.reference.numerical import UNIT


def test_values_at_a_thousand_are_exact():
    layer = Sigmoid()
    np.testing.assert_array_equal(
        layer.forward(np.array([-1000.0, 0.0, 1000.0])), [0.0, 0.5, 1.0]
    )
    np.testing.assert_array_equal(layer.backward(np.ones(3)), [0.0, 0.25, 0.0])


def test_the_derivative_keeps_its_digits_where_the_value_rounds_to_one():
    layer = Sigmoid()
    layer.forward(np.array([40.0, -40.0]))
    exact = math.exp(-40.0) / (1.0 + math.exp(-40.0)) ** 2
    # Two exponentials of at most 4 ulp (8 units) each, and four operations each.
    bound = 2 * (8 + 4) * UNIT * exact
    assert np.all(np.abs(layer.backward(np.ones(2)) - exact) <= bound)


def test_agrees_with_the_lecture_entry_by_entry():
    rng = np.random.default_rng(28)
    x, grad_out = rng.normal(0.0, 3.0, (4, 5)), rng.normal(size=(4, 5))
    layer = Sigmoid()
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    for index in np.ndindex(x.shape):
        # McGill COMP 451, lecture 22: 1 / (1 + e^-z), and o * (1 - o).
        o = 1.0 / (1.0 + math.exp(-x[index]))
        assert abs(out[index] - o) <= 24 * UNIT
        allowed = 24 * UNIT * abs(grad_out[index])
        assert abs(grad_x[index] - grad_out[index] * o * (1.0 - o)) <= allowed
