import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.linear import Linear
from reference.layers.sigmoid import Sigmoid
from reference.layers.tanh import Tanh


def test_worked_example():
    layer = Linear(2, 1)
    layer.params = {"weight": np.array([[2.0], [3.0]]), "bias": np.array([5.0])}
    x = np.array([[1.0, 10.0], [4.0, 7.0]])
    np.testing.assert_array_equal(layer.forward(x), [[37.0], [34.0]])
    grad_x = layer.backward(np.array([[1.0], [-2.0]]))
    np.testing.assert_array_equal(grad_x, [[2.0, 3.0], [-4.0, -6.0]])
    np.testing.assert_array_equal(layer.grads["weight"], [[-7.0], [-4.0]])
    np.testing.assert_array_equal(layer.grads["bias"], [-1.0])


@pytest.mark.parametrize(
    ("bias", "weight", "grad"),
    [
        ("none", [[2.0], [3.0]], [[-7.0], [-4.0]]),
        ("folded_first", [[5.0], [2.0], [3.0]], [[-1.0], [-7.0], [-4.0]]),
        ("folded_last", [[2.0], [3.0], [5.0]], [[-7.0], [-4.0], [-1.0]]),
    ],
)
def test_worked_example_of_the_other_biases(bias, weight, grad):
    layer = Linear(2, 1, bias=bias)
    layer.params = {"weight": np.array(weight)}
    out = layer.forward(np.array([[1.0, 10.0], [4.0, 7.0]]))
    plus = 0.0 if bias == "none" else 5.0
    np.testing.assert_array_equal(out, [[32.0 + plus], [29.0 + plus]])
    grad_x = layer.backward(np.array([[1.0], [-2.0]]))
    np.testing.assert_array_equal(grad_x, [[2.0, 3.0], [-4.0, -6.0]])
    assert list(layer.grads) == ["weight"]
    np.testing.assert_array_equal(layer.grads["weight"], grad)


def test_without_a_generator_all_parameters_are_zero():
    layer = Linear(3, 5)
    np.testing.assert_array_equal(layer.params["weight"], np.zeros((3, 5)))
    np.testing.assert_array_equal(layer.params["bias"], np.zeros(5))


def test_drawn_weights_have_variance_one_over_in_features():
    weight = Linear(400, 100, np.random.default_rng(1)).params["weight"]
    # The variance estimated from n normals has a relative deviation of sqrt(2 / n).
    assert abs(weight.var() * 400 - 1) < 6 * np.sqrt(2 / weight.size)


@pytest.mark.parametrize(
    ("bias", "features", "row"),
    [("folded_first", slice(1, None), 0), ("folded_last", slice(None, -1), -1)],
)
def test_a_folded_bias_starts_at_zero_beside_drawn_weights(bias, features, row):
    drawn = Linear(3, 5, np.random.default_rng(1), bias).params
    plain = Linear(3, 5, np.random.default_rng(1)).params["weight"]
    assert list(drawn) == ["weight"]
    np.testing.assert_array_equal(drawn["weight"][features], plain)
    np.testing.assert_array_equal(drawn["weight"][row], np.zeros(5))


def test_an_unknown_bias_is_refused():
    expected = (
        "Linear: bias must be one of separate, none, folded_first, folded_last, "
        "got 'folded'"
    )
    with pytest.raises(ConventionError) as caught:
        Linear(3, 5, bias="folded")
    assert str(caught.value) == expected


@pytest.mark.parametrize("shape", [(5,), (2, 4), (2, 3, 1)])
def test_an_input_that_is_not_rows_of_features_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        Linear(3, 5).forward(np.ones(shape))
    assert str(caught.value) == f"Linear: x must be (N, 3), got {shape}"


def test_a_bias_that_does_not_fit_the_weight_is_refused():
    layer = Linear(3, 5)
    layer.params["bias"] = np.ones((1, 5))
    with pytest.raises(ShapeError, match=r"bias must be \(5,\), got \(1, 5\)"):
        layer.forward(np.ones((2, 3)))


def test_a_weight_that_is_no_matrix_is_refused():
    layer = Linear(3, 5)
    layer.params["weight"] = np.ones(3)
    with pytest.raises(ShapeError, match=r"weight must be \(D, M\), got \(3,\)"):
        layer.forward(np.ones((2, 3)))


@pytest.mark.parametrize("shape", [(3,), (0, 5)])
def test_a_weight_without_a_row_for_its_bias_is_refused(shape):
    layer = Linear(3, 5, bias="folded_first")
    layer.params["weight"] = np.ones(shape)
    with pytest.raises(ShapeError) as caught:
        layer.forward(np.ones((2, 3)))
    assert str(caught.value) == f"Linear: weight must be (D + 1, M), got {shape}"


def test_an_input_with_a_column_of_ones_is_refused_where_the_bias_is_folded():
    with pytest.raises(ShapeError, match=r"x must be \(N, 3\), got \(2, 4\)"):
        Linear(3, 5, bias="folded_last").forward(np.ones((2, 4)))


def test_a_layer_without_units_is_refused():
    with pytest.raises(ValueError, match="at least 1, got 3 and 0"):
        Linear(3, 0)


def entries(array):
    """Return an array as nested lists of Python floats."""
    return array.tolist()


def cmu_net(weights, x, y):
    """Return outputs, deltas and summed gradients as CMU 10-301, lecture 14, has them.

    Column vectors: each weight is ``d_l`` by ``d_(l-1) + 1``, o_0 is 1, the hidden and
    the output units are tanh and the error is ``(o - y)**2``, summed over the batch.
    """
    first, last = weights
    totals = [[[0.0] * len(row) for row in weight] for weight in weights]
    outputs, grads = [], []
    for example, target in zip(x, y, strict=True):
        below = [1.0, *example]
        hidden = [
            np.tanh(sum(w * o for w, o in zip(r, below, strict=True))) for r in first
        ]
        middle = [1.0, *hidden]
        out = [
            np.tanh(sum(w * o for w, o in zip(r, middle, strict=True))) for r in last
        ]
        delta = [2 * (o - t) * (1 - o * o) for o, t in zip(out, target, strict=True)]
        # W^T delta has an entry for the constant 1 as well; its factor 1 - o_0**2 is 0.
        back = [
            sum(last[k][j] * delta[k] for k in range(len(last)))
            for j in range(len(middle))
        ]
        full = [b * (1 - o * o) for b, o in zip(back, middle, strict=True)]
        assert len(full) == len(hidden) + 1
        assert full[0] == 0.0
        lower = full[1:]
        for total, d, o in ((totals[1], delta, middle), (totals[0], lower, below)):
            for k in range(len(d)):
                for j in range(len(o)):
                    total[k][j] += d[k] * o[j]
        outputs.append(out)
        grads.append(
            [
                sum(first[k][j] * lower[k] for k in range(len(first)))
                for j in range(1, len(below))
            ]
        )
    return outputs, grads, totals


def test_a_net_with_folded_biases_is_that_of_cmu():
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    layers = [Linear(3, 5, rng, "folded_first"), Tanh()]
    layers += [Linear(5, 2, rng, "folded_first"), Tanh()]
    for linear in layers[::2]:
        linear.params["weight"] = rng.normal(size=linear.params["weight"].shape)
    out = x
    for layer in layers:
        out = layer.forward(out)
    grad = 2 * (out - y)
    for layer in reversed(layers):
        grad = layer.backward(grad)
    columns = [entries(layer.params["weight"].T) for layer in layers[::2]]
    outputs, grads, totals = cmu_net(columns, entries(x), entries(y))
    np.testing.assert_allclose(out, outputs, rtol=1e-13)
    np.testing.assert_allclose(grad, grads, rtol=1e-12)
    for layer, total in zip(layers[::2], totals, strict=True):
        np.testing.assert_allclose(layer.grads["weight"].T, total, rtol=1e-12)


def test_a_bias_in_the_last_row_is_the_weight_of_a_constant_input():
    rng = np.random.default_rng(9)
    layer = Linear(3, 2, bias="folded_last")
    weight = layer.params["weight"] = rng.normal(size=(4, 2))
    x, upstream = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    out, grad_x = layer.forward(x), layer.backward(upstream)
    total = np.zeros((4, 2))
    for n in range(5):
        row = [*entries(x)[n], 1.0]
        for m in range(2):
            assert abs(out[n, m] - sum(row[d] * weight[d, m] for d in range(4))) < 1e-14
            for d in range(4):
                total[d, m] += row[d] * upstream[n, m]
        for d in range(3):
            right = sum(weight[d, m] * upstream[n, m] for m in range(2))
            assert abs(grad_x[n, d] - right) < 1e-14
    np.testing.assert_allclose(layer.grads["weight"], total, rtol=1e-13)


def test_without_a_bias_the_weight_is_the_jacobian_as_penn_has_it():
    rng = np.random.default_rng(10)
    layer = Linear(3, 2, bias="none")
    layer.params["weight"] = rng.normal(size=(3, 2))
    jacobian = layer.params["weight"].T  # Penn CIS 4190: of R^3 -> R^2, 2 by 3
    z, row = rng.normal(size=(1, 3)), rng.normal(size=(1, 2))
    out, grad_z = layer.forward(z), layer.backward(row)
    for i in range(2):
        right = sum(jacobian[i, j] * z[0, j] for j in range(3))
        assert abs(out[0, i] - right) < 1e-14
    for j in range(3):
        right = sum(row[0, i] * jacobian[i, j] for i in range(2))
        assert abs(grad_z[0, j] - right) < 1e-14
        for i in range(2):
            assert layer.grads["weight"][j, i] == row[0, i] * z[0, j]


def toronto_bars(parameters, x, t):
    """Return loss and bars for one example as Toronto CSC 311, lecture 6, has them.

    Column vectors: ``z = W1 x + b1``, ``h = sigma(z)``, ``y = W2 h + b2`` and the loss
    ``1/2 ||t - y||**2``.
    """
    w1, b1, w2, b2 = parameters
    hidden, units = range(len(w1)), range(len(w2))
    z = [sum(w1[k][j] * x[j] for j in range(len(x))) + b1[k] for k in hidden]
    h = [1 / (1 + np.exp(-one)) for one in z]
    y = [sum(w2[k][j] * h[j] for j in hidden) + b2[k] for k in units]
    y_bar = [y[k] - t[k] for k in units]
    h_bar = [sum(w2[k][j] * y_bar[k] for k in units) for j in hidden]
    z_bar = [h_bar[j] * h[j] * (1 - h[j]) for j in hidden]
    bars = {
        "w1": [[z_bar[k] * x[j] for j in range(len(x))] for k in hidden],
        "b1": z_bar,
        "w2": [[y_bar[k] * h[j] for j in hidden] for k in units],
        "b2": y_bar,
    }
    return sum((t[k] - y[k]) ** 2 for k in units) / 2, bars


def test_the_backward_pass_of_an_mlp_is_that_of_toronto():
    rng = np.random.default_rng(11)
    x, t = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    first, last = Linear(3, 5, rng), Linear(5, 2, rng)
    for layer in (first, last):
        layer.params["bias"] = rng.normal(size=layer.params["bias"].shape)
    sigmoid = Sigmoid()
    y = last.forward(sigmoid.forward(first.forward(x)))
    # The cost is the average over the examples.
    first.backward(sigmoid.backward(last.backward((y - t) / 4)))
    parameters = [
        entries(array)
        for layer in (first, last)
        for array in (layer.params["weight"].T, layer.params["bias"])
    ]
    found = [
        toronto_bars(parameters, *pair)
        for pair in zip(entries(x), entries(t), strict=True)
    ]
    cost = sum(loss for loss, _ in found) / 4
    assert abs(cost - np.sum((t - y) ** 2) / 8) < 1e-14
    for layer, number in ((first, 1), (last, 2)):
        for name, key in (("weight", f"w{number}"), ("bias", f"b{number}")):
            average = sum(np.array(bars[key]) for _, bars in found) / 4
            np.testing.assert_allclose(layer.grads[name].T, average, rtol=1e-12)
