import numpy as np

from reference.layers.average_pool1d import AveragePool1d


def test_worked_example_with_windows_that_overlap():
    layer = AveragePool1d(4, stride=2)
    out = layer.forward(np.array([[[1.0, 2.0, 4.0, 5.0, 9.0, 6.0, 50.0]]]))
    np.testing.assert_array_equal(out, [[[3.0, 6.0]]])
    grad_x = layer.backward(np.array([[[8.0, -4.0]]]))
    np.testing.assert_array_equal(grad_x, [[[2.0, 2.0, 1.0, 1.0, -1.0, -1.0, 0.0]]])
