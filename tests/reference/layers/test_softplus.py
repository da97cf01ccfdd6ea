import math

import numpy as np

from reference.layers.softplus import Softplus
from tests.reference.numerical import UNIT


def test_agrees_with_the_lecture_entry_by_entry():
    rng = np.random.default_rng(1)
    x, grad_out = rng.normal(0.0, 3.0, (4, 5)), rng.normal(size=(4, 5))
    layer = Softplus()
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    for index in np.ndindex(x.shape):
        # McGill COMP 451, lecture 22: ln(1 + e^z); its derivative by the chain rule.
        z = x[index]
        value = math.log(1.0 + math.exp(z))
        slope = math.exp(z) / (1.0 + math.exp(z))
        # The lecture rounds 1 + e^z, whose logarithm may be small.
        assert abs(out[index] - value) <= 20 * UNIT * max(value, 1.0)
        assert abs(grad_x[index] - grad_out[index] * slope) <= 30 * UNIT * abs(
            grad_out[index]
        )


def test_values_at_a_thousand_are_exact():
    layer = Softplus()
    out = layer.forward(np.array([-1000.0, 1000.0]))
    np.testing.assert_array_equal(out, [0.0, 1000.0])
    np.testing.assert_array_equal(layer.backward(np.array([3.0, 5.0])), [0.0, 5.0])


def test_a_small_value_keeps_its_digits():
    (out,) = Softplus().forward(np.array([-40.0]))
    small = math.exp(-40.0)
    assert abs(out - (small - small**2 / 2)) <= 20 * UNIT * small


def test_the_value_at_zero_is_the_logarithm_of_two():
    (out,) = Softplus().forward(np.array([0.0]))
    assert abs(out - math.log(2.0)) <= 8 * UNIT
