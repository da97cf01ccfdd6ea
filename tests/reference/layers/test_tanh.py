import math

import numpy as np

from reference.layers.tanh import Tanh
from tests.reference.numerical import UNIT


def test_values_at_a_thousand_are_exact():
    layer = Tanh()
    np.testing.assert_array_equal(
        layer.forward(np.array([-1000.0, 0.0, 1000.0])), [-1.0, 0.0, 1.0]
    )
    np.testing.assert_array_equal(layer.backward(np.ones(3)), [0.0, 1.0, 0.0])


def test_agrees_with_the_lecture_entry_by_entry():
    rng = np.random.default_rng(29)
    x, grad_out = rng.normal(0.0, 2.0, (4, 5)), rng.normal(size=(4, 5))
    layer = Tanh()
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    for index in np.ndindex(x.shape):
        # McGill COMP 451, lecture 22: the derivative is 1 - tanh^2.
        t = (math.exp(x[index]) - math.exp(-x[index])) / (
            math.exp(x[index]) + math.exp(-x[index])
        )
        # Two exponentials, of which the difference may be small, over their sum.
        assert abs(out[index] - t) <= 24 * UNIT
        allowed = 2 * 24 * UNIT * abs(grad_out[index])
        assert abs(grad_x[index] - grad_out[index] * (1.0 - t**2)) <= allowed
