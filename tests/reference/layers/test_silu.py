import math

import numpy as np

from reference.layers.silu import SiLU
from tests.reference.numerical import UNIT


def test_agrees_with_the_paper_entry_by_entry():
    rng = np.random.default_rng(4)
    x, grad_out = rng.normal(0.0, 3.0, (4, 5)), rng.normal(size=(4, 5))
    layer = SiLU()
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    for index in np.ndindex(x.shape):
        z = x[index]
        s = 1.0 / (1.0 + math.exp(-z))
        # As the paper prints the derivative: sigma(z) * (1 + z * (1 - sigma(z))).
        slope = s * (1.0 + z * (1.0 - s))
        size = max(abs(z), 1.0)
        assert abs(out[index] - z * s) <= 30 * UNIT * size
        allowed = 40 * UNIT * size * abs(grad_out[index])
        assert abs(grad_x[index] - slope * grad_out[index]) <= allowed


def test_values_at_a_thousand_are_exact():
    layer = SiLU()
    out = layer.forward(np.array([-1000.0, 0.0, 1000.0]))
    np.testing.assert_array_equal(out, [0.0, 0.0, 1000.0])
    gradient = layer.backward(np.array([3.0, 5.0, 7.0]))
    np.testing.assert_array_equal(gradient, [0.0, 2.5, 7.0])
