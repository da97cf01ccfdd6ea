import numpy as np

from reference.layers.conv_transpose1d import ConvTranspose1d


def test_worked_example():
    layer = ConvTranspose1d(1, 2, 3, stride=2, padding=1, output_padding=1)
    layer.params = {
        "weight": np.array([[[1.0, 10.0, 100.0], [0.0, 1.0, 0.0]]]),
        "bias": np.array([0.0, 0.5]),
    }
    out = layer.forward(np.array([[[2.0, 3.0]]]))
    # Whole: 2 20 203 30 300 and a zero; one entry is cut off on either side.
    np.testing.assert_array_equal(
        out, [[[20.0, 203.0, 30.0, 300.0], [2.5, 0.5, 3.5, 0.5]]]
    )
    grad_x = layer.backward(np.array([[[1.0, -2.0, 4.0, 3.0], [5.0, 1.0, -1.0, 2.0]]]))
    # 10 * 1 + 100 * -2 + 5 and -2 + 10 * 4 + 100 * 3 - 1.
    np.testing.assert_array_equal(grad_x, [[[-185.0, 337.0]]])
    np.testing.assert_array_equal(
        layer.grads["weight"], [[[-6.0, 14.0, 5.0], [3.0, 7.0, 8.0]]]
    )
    np.testing.assert_array_equal(layer.grads["bias"], [6.0, 7.0])


def test_outputs_between_filters_hold_nothing():
    layer = ConvTranspose1d(1, 1, 1, stride=3, bias=False)
    layer.params["weight"] = np.array([[[2.0]]])
    out = layer.forward(np.array([[[5.0, 7.0]]]))
    np.testing.assert_array_equal(out, [[[10.0, 0.0, 0.0, 14.0]]])
