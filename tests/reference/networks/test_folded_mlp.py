import math

import numpy as np
import pytest

from reference.errors import ConventionError, ShapeError
from reference.layers.linear import Linear
from reference.layers.tanh import Tanh
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.folded_mlp import FoldedMLP
from reference.networks.sequential import Sequential
from reference.operations import create
from reference.optimizers.sgd import SGD
from reference.training import train

SIZES = [3, 5, 4, 2]
FUNCTIONS = {
    "tanh": (math.tanh, lambda out: 1 - out**2),
    "sigmoid": (lambda s: 1 / (1 + math.exp(-s)), lambda out: out * (1 - out)),
    "identity": (lambda s: s, lambda out: 1.0),
}


def drawn(seed=1, examples=6):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(examples, SIZES[0]))
    return x, rng.normal(size=(examples, SIZES[-1]))


def network(**conventions):
    return FoldedMLP(SIZES, rng=np.random.default_rng(2), **conventions)


def cmu(weights, x, y):
    """Run backpropagation of CMU 10-301, lecture 14, over one example.

    The error is the sum of ``(o - y)**2`` without a half. Returns the outputs, the
    error and G_l for every weight.
    """
    outputs = [[1.0, *x]]
    for number, weight in enumerate(weights):
        signals = [
            sum(weight[j][i] * outputs[-1][i] for i in range(len(outputs[-1])))
            for j in range(len(weight))
        ]
        units = [math.tanh(signal) for signal in signals]
        is_last = number == len(weights) - 1
        outputs.append(units if is_last else [1.0, *units])
    last = outputs[-1]
    error = sum((o - t) ** 2 for o, t in zip(last, y, strict=True))
    delta = [2 * (o - t) * (1 - o * o) for o, t in zip(last, y, strict=True)]
    gradients = []
    for number in reversed(range(len(weights))):
        before = outputs[number]
        gradients.insert(0, [[d * o for o in before] for d in delta])
        # Entry 0 belongs to the unit that is always 1, and is left out.
        delta = [
            (1 - before[i] ** 2)
            * sum(weights[number][k][i] * delta[k] for k in range(len(delta)))
            for i in range(1, len(before))
        ]
    return last, error, gradients


def test_sum_of_squares_and_its_gradients_are_those_of_the_printed_recursion():
    (x, y), built, loss = drawn(), network(), MeanSquaredError("sum")
    value = loss.forward(built.forward(x), y)
    built.backward(loss.backward())
    weights = [weight.tolist() for weight in built.params.values()]
    totals = [np.zeros_like(weight) for weight in built.params.values()]
    error = 0.0
    for row, target in zip(x, y, strict=True):
        _, one, gradients = cmu(weights, row, target)
        error += one
        totals = [t + np.array(g) for t, g in zip(totals, gradients, strict=True)]
    assert value == pytest.approx(error)
    for found, expected in zip(built.grads.values(), totals, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_printed_outputs_are_those_of_the_network():
    (x, y), built = drawn(), network()
    weights = [weight.tolist() for weight in built.params.values()]
    for row, target, out in zip(x, y, built.forward(x), strict=True):
        np.testing.assert_allclose(cmu(weights, row, target)[0], out, rtol=1e-13)


def test_a_minibatch_average_divides_by_the_number_of_examples():
    (x, y), built = drawn(), network()
    gradients = {}
    for scaling in ("sum", "example_mean"):
        loss = MeanSquaredError(scaling)
        loss.forward(built.forward(x), y)
        built.backward(loss.backward())
        gradients[scaling] = built.grads
    for name, total in gradients["sum"].items():
        np.testing.assert_allclose(gradients["example_mean"][name], total / 6)


def colorado(weights, biases, x, y, kind):
    """Run backpropagation of CSU CS 510, lecture 12; weights and biases are apart.

    The cost is C = 1/(2n) sum ||y - a||^2. Returns it with dC/dw and dC/db.
    """
    value, slope = FUNCTIONS[kind]
    count, cost = len(x), 0.0
    by_weight = [np.zeros_like(weight) for weight in weights]
    by_bias = [np.zeros_like(bias) for bias in biases]
    for row, target in zip(x, y, strict=True):
        activations = [list(row)]
        for weight, bias in zip(weights, biases, strict=True):
            activations.append(
                [
                    value(
                        bias[j]
                        + sum(
                            weight[j, k] * activations[-1][k]
                            for k in range(weight.shape[1])
                        )
                    )
                    for j in range(len(bias))
                ]
            )
        last = activations[-1]
        cost += sum((t - a) ** 2 for t, a in zip(target, last, strict=True))
        delta = [(a - t) * slope(a) for t, a in zip(target, last, strict=True)]
        for layer in reversed(range(len(weights))):
            before = activations[layer]
            for j, error in enumerate(delta):
                by_bias[layer][j] += error / count
                for k, activation in enumerate(before):
                    by_weight[layer][j, k] += activation * error / count
            delta = [
                slope(before[k])
                * sum(weights[layer][j, k] * delta[j] for j in range(len(delta)))
                for k in range(len(before))
            ]
    return cost / (2 * count), by_weight, by_bias


@pytest.mark.parametrize("kind", ["tanh", "sigmoid"])
@pytest.mark.parametrize("bias", ["folded_first", "folded_last"])
def test_the_average_cost_and_its_gradients_are_those_printed(kind, bias):
    (x, y), built = drawn(), network(activation=kind, bias=bias)
    column, others = (0, slice(1, None)) if "first" in bias else (-1, slice(-1))
    params = built.params.values()
    cost, by_weight, by_bias = colorado(
        [weight[:, others] for weight in params],
        [weight[:, column] for weight in params],
        x,
        y,
        kind,
    )
    loss = MeanSquaredError("half_example_mean")
    assert loss.forward(built.forward(x), y) == pytest.approx(cost)
    built.backward(loss.backward())
    for found, weight, shift in zip(
        built.grads.values(), by_weight, by_bias, strict=True
    ):
        np.testing.assert_allclose(found[:, others], weight, rtol=1e-11, atol=1e-15)
        np.testing.assert_allclose(found[:, column], shift, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("hidden", FUNCTIONS)
@pytest.mark.parametrize("output", ["same", *FUNCTIONS])
def test_the_last_units_may_have_an_activation_of_their_own(hidden, output):
    x, _ = drawn()
    built = network(activation=hidden, output=output)
    found = built.forward(x)
    for row, out in zip(x, found, strict=True):
        units = list(row)
        for number, weight in enumerate(built.params.values()):
            kind = output if number == 2 and output != "same" else hidden
            folded = [1.0, *units]
            units = [
                FUNCTIONS[kind][0](
                    sum(w * o for w, o in zip(line, folded, strict=True))
                )
                for line in weight
            ]
        np.testing.assert_allclose(out, units, rtol=1e-12)


def test_it_is_the_network_of_linear_layers_with_their_biases_folded_in():
    (x, y), built = drawn(), network()
    layers = []
    for weight in built.params.values():
        linear = Linear(weight.shape[1] - 1, len(weight))
        linear.params = {"weight": weight[:, 1:].T, "bias": weight[:, 0]}
        layers += [linear, Tanh()]
    plain = Sequential(layers)
    np.testing.assert_allclose(built.forward(x), plain.forward(x), rtol=1e-13)
    np.testing.assert_allclose(built.backward(y), plain.backward(y), rtol=1e-12)
    for gradient, linear in zip(built.grads.values(), layers[::2], strict=True):
        np.testing.assert_allclose(gradient[:, 1:].T, linear.grads["weight"])
        np.testing.assert_allclose(gradient[:, 0], linear.grads["bias"])


def test_a_delta_that_keeps_the_bias_entry_has_a_wrong_shape_and_hides_it_in_a_zero():
    (x, y), built = drawn(), network()
    first, second, third = built.params.values()
    one = np.ones((6, 1))
    outputs = [np.hstack([one, x])]
    for weight in (first, second):
        outputs.append(np.hstack([one, np.tanh(outputs[-1] @ weight.T)]))
    last = np.tanh(outputs[-1] @ third.T)
    kept = ((y * (1 - last**2)) @ third) * (1 - outputs[-1] ** 2)
    assert kept.shape == (6, SIZES[2] + 1)
    np.testing.assert_array_equal(kept[:, 0], np.zeros(6))
    # Without the entry this is the delta whose outer product is the gradient.
    built.forward(x)
    built.backward(y)
    expected = kept[:, 1:].T @ outputs[1]
    np.testing.assert_allclose(built.grads["weight_1"], expected)


def equal_units(value):
    """Return a network whose hidden units are all alike."""
    built = FoldedMLP([3, 4, 2])
    rng = np.random.default_rng(3)
    built.params["weight_0"] = np.tile(rng.normal(size=4), (4, 1)) * value
    shared = rng.normal(size=(2, 1)) * value
    built.params["weight_1"] = np.hstack(
        [rng.normal(size=(2, 1)), np.tile(shared, (1, 4))]
    )
    return built


def test_equal_units_get_equal_gradients_and_stay_equal():
    built, (x, y) = equal_units(0.5), drawn()
    loss = MeanSquaredError("sum")
    start = built.params["weight_0"]
    train([built], loss, SGD([built], 0.05), x, y, [np.arange(6)] * 2)
    first, second = built.params["weight_0"], built.params["weight_1"][:, 1:]
    assert not np.array_equal(first, start)
    np.testing.assert_array_equal(first, np.tile(first[0], (4, 1)))
    np.testing.assert_array_equal(second, np.tile(second[:, :1], (1, 4)))


def test_with_zero_weights_only_the_bias_of_the_last_units_has_a_gradient():
    built, (x, y) = FoldedMLP([3, 4, 2]), drawn()
    loss = MeanSquaredError("sum")
    loss.forward(built.forward(x), y)
    grad_x = built.backward(loss.backward())
    assert not built.grads["weight_0"].any()
    assert not built.grads["weight_1"][:, 1:].any()
    np.testing.assert_allclose(built.grads["weight_1"][:, 0], -2 * y.sum(axis=0))
    assert not grad_x.any()


def test_a_generator_draws_weights_of_the_stated_variance():
    weight = FoldedMLP([99, 200], rng=np.random.default_rng(1)).params["weight_0"]
    assert weight.shape == (200, 100)
    assert abs(weight.var() * 100 - 1) < 6 * np.sqrt(2 / weight.size)


@pytest.mark.parametrize("sizes", [[3], [], [3, 0], [0, 2]])
def test_sizes_that_make_no_network_are_refused(sizes):
    with pytest.raises(ValueError, match="sizes must be two or more numbers") as caught:
        FoldedMLP(sizes)
    assert str(caught.value).endswith(f"got {sizes}")


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("weight_0", (5,), "(M, D + 1)"),
        ("weight_1", (4, 5), "(M, 6)"),
        ("weight_2", (2, 4), "(M, 5)"),
        ("weight_2", (2, 5, 1), "(M, 5)"),
    ],
)
def test_weights_that_do_not_follow_each_other_are_refused(name, shape, expected):
    built = network()
    built.params[name] = np.ones(shape)
    with pytest.raises(ShapeError) as caught:
        built.forward(drawn()[0])
    assert str(caught.value) == f"FoldedMLP: {name} must be {expected}, got {shape}"


@pytest.mark.parametrize("shape", [(3,), (6, 4), (2, 6, 3)])
def test_an_input_that_is_not_rows_of_features_is_refused(shape):
    with pytest.raises(ShapeError) as caught:
        network().forward(np.ones(shape))
    assert str(caught.value) == f"FoldedMLP: x must be (N, 3), got {shape}"


def test_choices_that_are_not_known_are_refused():
    with pytest.raises(ConventionError, match="activation must be one of tanh, sigmo"):
        network(activation="relu")
    with pytest.raises(ConventionError, match="output must be one of same, tanh, sig"):
        network(output="softmax")
    with pytest.raises(ConventionError, match="bias must be one of folded_first, fold"):
        network(bias="separate")


@pytest.mark.parametrize("depth", [0, 4, "2"])
def test_a_depth_that_is_not_drawn_is_refused(depth):
    with pytest.raises(ConventionError, match="depth must be 1 to 3, got"):
        create("folded_mlp", depth=depth)


def test_sizes_tell_a_constructor_the_widths():
    operation = create("folded_mlp", depth=3)
    arrays = operation.draw(np.random.default_rng(0))
    assert operation.sizes(arrays) == {"sizes": [7, 4, 3, 2]}
