import numpy as np

from reference.layers.identity import Identity


def test_output_and_gradient_are_copies():
    x, grad_out = np.array([[-2.0, 3.0]]), np.array([[5.0, -7.0]])
    layer = Identity()
    out = layer.forward(x)
    grad_x = layer.backward(grad_out)
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(grad_x, grad_out)
    assert not np.shares_memory(out, x)
    assert not np.shares_memory(grad_x, grad_out)
