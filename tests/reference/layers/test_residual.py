import numpy as np
import pytest

from reference.errors import ShapeError
from reference.layers.linear import Linear
from reference.layers.residual import Residual


def test_the_gradient_reaches_both_inputs():
    layer = Residual()
    x, branch = np.array([[1.0, -2.0]]), np.array([[10.0, 20.0]])
    np.testing.assert_array_equal(layer.forward(x, branch), [[11.0, 18.0]])
    grad_x, grad_branch = layer.backward(np.array([[3.0, -5.0]]))
    np.testing.assert_array_equal(grad_x, [[3.0, -5.0]])
    np.testing.assert_array_equal(grad_branch, [[3.0, -5.0]])
    assert not np.shares_memory(grad_x, grad_branch)


def test_in_a_block_the_gradients_of_both_ways_add_up():
    rng = np.random.default_rng(12)
    linear, residual = Linear(3, 3, rng), Residual()
    x, grad_out = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
    residual.forward(x, linear.forward(x))
    grad_x, grad_branch = residual.backward(grad_out)
    total = grad_x + linear.backward(grad_branch)
    # x + x @ W is x @ (1 + W).
    whole = Linear(3, 3)
    whole.params["weight"] = np.eye(3) + linear.params["weight"]
    whole.forward(x)
    np.testing.assert_allclose(total, whole.backward(grad_out), rtol=1e-14)


@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 3, 1)])
def test_nothing_is_broadcast(shape):
    with pytest.raises(ShapeError) as caught:
        Residual().forward(np.ones((2, 3)), np.ones(shape))
    assert str(caught.value) == f"Residual: branch must be (2, 3), got {shape}"
