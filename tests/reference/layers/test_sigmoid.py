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
