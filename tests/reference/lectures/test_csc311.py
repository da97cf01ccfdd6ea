"""Toronto CSC 311, lecture 6, item by item; convolution is in the file next to this.

An instructor of this lecture can say "this is my formula" in ``assignment.toml`` and
gets exactly this.
"""

import math

import numpy as np
import pytest

from reference.autodiff.counts import count_operations
from reference.autodiff.examples import EXAMPLES
from reference.autodiff.graph import Node, topological
from reference.autodiff.products import matmul
from reference.autodiff.reverse import gradient
from reference.layers.linear import Linear
from reference.layers.sigmoid import Sigmoid
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.sequential import Sequential
from reference.training.loop import backpropagate
from tests.reference.lectures.agreement import (
    assert_agrees,
    assert_each_entry,
    told,
)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def test_the_logistic_function_has_the_derivative_y_times_one_minus_y():
    assert_each_entry("sigmoid", sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)))


@pytest.mark.parametrize("scaling", ["half_sum", "half_example_mean"])
def test_the_loss_is_half_the_squared_error_and_the_cost_its_average(scaling):
    for given, answer in told("mean_squared_error", scaling=scaling):
        share = 1.0 if scaling == "half_sum" else 1 / len(given.targets)
        loss, grads = 0.0, []
        for y, t in zip(given.predictions, given.targets, strict=True):
            loss += 0.5 * sum((b - a) ** 2 for a, b in zip(y, t, strict=True)) * share
            grads.append([(a - b) * share for a, b in zip(y, t, strict=True)])
        assert_agrees(answer["loss"], loss)
        assert_agrees(answer["grad_predictions"], grads)


def test_logistic_least_squares():
    for given, answer in told("computation_graph", example="logistic_least_squares"):
        z = given.w * given.x + given.b
        y = sigmoid(z)
        assert_agrees(answer["out"], 0.5 * (y - given.t) ** 2)
        y_bar = given.grad_out * (y - given.t)
        z_bar = y_bar * y * (1 - y)
        assert_agrees(answer["grad_w"], z_bar * given.x)
        assert_agrees(answer["grad_b"], z_bar)


def test_the_worked_example_y_plus_e_to_the_x_y():
    for given, answer in told("computation_graph", example="exponential"):
        power = math.exp(given.x * given.y)
        assert_agrees(answer["out"], given.y + power)
        assert_agrees(answer["grad_x"], given.grad_out * power * given.y)
        assert_agrees(answer["grad_y"], given.grad_out * (1 + power * given.x))


def test_both_children_of_a_node_add_to_its_bar():
    """x = cos t and y = t^2 both lead to f; the bars of the lecture, in their order."""
    for given, answer in told("computation_graph", example="exponential_of_time"):
        t = given.t
        x, y = math.cos(t), t**2
        v = math.exp(x * y)
        assert_agrees(answer["out"], y + v)
        f_bar = given.grad_out
        u_bar = f_bar * v
        y_bar = f_bar * 1 + u_bar * x
        x_bar = u_bar * y
        assert_agrees(answer["grad_t"], x_bar * -math.sin(t) + y_bar * 2 * t)


@pytest.mark.parametrize("name", EXAMPLES)
def test_full_backpropagation_goes_through_a_topological_order_once(name):
    count = EXAMPLES[name].__code__.co_argcount
    inputs = [Node(0.5 + 0.25 * place) for place in range(count)]
    output = EXAMPLES[name](*inputs)
    order = topological(output)
    for place, node in enumerate(order):
        for edge in node.edges:
            assert any(edge.parent is before for before in order[:place])
    with count_operations() as counts:
        found = gradient(output, inputs)
    assert all(
        one is other for one, other in zip(counts.visited, order[::-1], strict=True)
    )
    # vN_bar = 1, and each v_bar is the sum over children of vj_bar * dvj/dvi.
    bars = {id(node): 0.0 for node in order}
    bars[id(output)] = 1.0
    for node in reversed(order):
        for edge in node.edges:
            bar = Node(bars[id(node)])
            bars[id(edge.parent)] += edge.pull(bar, node).value.item()
    for node, slope in zip(inputs, found, strict=True):
        assert_agrees(slope.value, bars[id(node)])


def mlp(w1, b1, w2, b2, x, t):
    """Run backpropagation for columns of one example; return y, the loss and the bars.

    ``w2_bar = y_bar h^T``, ``b2_bar = y_bar``, ``h_bar = w2^T y_bar``,
    ``z_bar = h_bar * sigma'(z)``, ``w1_bar = z_bar x^T``, ``b1_bar = z_bar``.
    """
    hidden, outputs = range(len(w1)), range(len(w2))
    z = [sum(w1[i][j] * x[j] for j in range(len(x))) + b1[i] for i in hidden]
    h = [sigmoid(one) for one in z]
    y = [sum(w2[k][i] * h[i] for i in hidden) + b2[k] for k in outputs]
    loss = 0.5 * sum((t[k] - y[k]) ** 2 for k in outputs)
    y_bar = [y[k] - t[k] for k in outputs]
    h_bar = [sum(w2[k][i] * y_bar[k] for k in outputs) for i in hidden]
    z_bar = [h_bar[i] * h[i] * (1 - h[i]) for i in hidden]
    bars = {
        "w1": [[one * entry for entry in x] for one in z_bar],
        "b1": z_bar,
        "w2": [[one * unit for unit in h] for one in y_bar],
        "b2": y_bar,
        "x": [sum(w1[i][j] * z_bar[i] for i in hidden) for j in range(len(x))],
    }
    return y, loss, bars


def test_the_backward_pass_of_a_multilayer_perceptron():
    """Columns here are rows of a batch there, and W is the transpose of the weight."""
    rng = np.random.default_rng(1)
    w1, b1, w2, b2 = (rng.normal(size=s).tolist() for s in ((4, 5), 4, (3, 4), 3))
    first, second = Linear(5, 4), Linear(4, 3)
    first.params = {"weight": np.array(w1).T, "bias": np.array(b1)}
    second.params = {"weight": np.array(w2).T, "bias": np.array(b2)}
    layers = [first, Sigmoid(), second]
    for _ in range(4):
        x, t = rng.normal(size=(1, 5)), rng.normal(size=(1, 3))
        y, loss, bars = mlp(w1, b1, w2, b2, x[0].tolist(), t[0].tolist())
        found = backpropagate(layers, MeanSquaredError("half_sum"), x, t)
        assert_agrees(found, loss)
        assert_agrees(Sequential(layers).forward(x), [y])
        assert_agrees(first.grads["weight"].T, bars["w1"])
        assert_agrees(first.grads["bias"], bars["b1"])
        assert_agrees(second.grads["weight"].T, bars["w2"])
        assert_agrees(second.grads["bias"], bars["b2"])


def test_the_affine_layer_sums_the_bars_of_a_batch():
    for given, answer in told("linear"):
        rows = list(zip(given.x, given.grad_out, strict=True))
        features, units = len(given.weight), len(given.bias)
        out = [
            [
                sum(x[i] * given.weight[i][j] for i in range(features)) + given.bias[j]
                for j in range(units)
            ]
            for x in given.x
        ]
        w_bar = [
            [sum(y_bar[j] * x[i] for x, y_bar in rows) for j in range(units)]
            for i in range(features)
        ]
        x_bar = [
            [
                sum(given.weight[i][j] * y_bar[j] for j in range(units))
                for i in range(features)
            ]
            for y_bar in given.grad_out
        ]
        b_bar = [sum(y_bar[j] for _, y_bar in rows) for j in range(units)]
        assert_agrees(answer["out"], out)
        assert_agrees(answer["grad_weight"], w_bar)
        assert_agrees(answer["grad_x"], x_bar)
        assert_agrees(answer["grad_bias"], b_bar)


def test_there_is_one_multiply_add_per_weight_forward_and_two_backward():
    rng = np.random.default_rng(2)
    x, w1, w2 = (Node(rng.normal(size=size)) for size in (5, (4, 5), (3, 4)))
    with count_operations() as forward:
        y = matmul(w2, matmul(w1, x))
    with count_operations() as backward:
        gradient(y, [x, w1, w2], rng.normal(size=3))
    assert forward.multiply_adds == 4 * 5 + 3 * 4
    assert backward.multiply_adds == 2 * (4 * 5 + 3 * 4)
