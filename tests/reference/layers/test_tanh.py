import numpy as np

from reference.layers.tanh import Tanh


def test_values_at_a_thousand_are_exact():
    layer = Tanh()
    np.testing.assert_array_equal(
        layer.forward(np.array([-1000.0, 0.0, 1000.0])), [-1.0, 0.0, 1.0]
    )
    np.testing.assert_array_equal(layer.backward(np.ones(3)), [0.0, 1.0, 0.0])
