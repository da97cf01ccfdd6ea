import numpy as np

from reference.layers.linear import Linear
from reference.optimizers.sgd import SGD


def test_the_step_is_the_rate_times_the_gradient_downhill():
    layer = Linear(2, 1)
    layer.params["weight"] = np.array([[1.0], [2.0]])
    layer.grads = {"weight": np.array([[4.0], [-8.0]]), "bias": np.array([2.0])}
    SGD([layer], 0.25).step()
    np.testing.assert_array_equal(layer.params["weight"], [[0.0], [4.0]])
    np.testing.assert_array_equal(layer.params["bias"], [-0.5])
