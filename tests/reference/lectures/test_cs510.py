"""Colorado State CS 510, lecture 12, item by item.

An instructor of this lecture can say "this is my formula" in ``assignment.toml`` and
gets exactly this.
"""

import math
from itertools import pairwise

import numpy as np
import pytest

from reference.layers.linear import Linear
from reference.layers.sigmoid import Sigmoid
from reference.layers.tanh import Tanh
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.sequential import Sequential
from reference.operations import Family, create
from reference.optimizers.sgd import SGD
from reference.training import train
from reference.training.loop import backpropagate
from tests.reference.lectures.agreement import (
    ask,
    assert_agrees,
    assert_each_entry,
    assert_path,
    told,
)


def logistic(z):
    return 1 / (1 + math.exp(-z))


UNITS = {
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "sigmoid": (logistic, lambda z: logistic(z) * (1 - logistic(z))),
}
LAYERS = {"tanh": Tanh, "sigmoid": Sigmoid}


@pytest.mark.parametrize("kind", UNITS)
def test_a_unit_is_tanh_or_logistic(kind):
    assert_each_entry(kind, *UNITS[kind])


def test_the_cost_is_the_squared_error_over_two_n():
    for given, answer in told("mean_squared_error", scaling="half_example_mean"):
        n, cost = len(given.targets), 0.0
        for a, y in zip(given.predictions, given.targets, strict=True):
            length = math.sqrt(sum((q - p) ** 2 for p, q in zip(a, y, strict=True)))
            cost += length**2
        assert_agrees(answer["loss"], cost / (2 * n))


def test_the_derivative_of_the_cost_of_one_sample_is_a_minus_y():
    for given, answer in told("mean_squared_error", scaling="half_sum"):
        printed = [
            [p - q for p, q in zip(a, y, strict=True)]
            for a, y in zip(given.predictions, given.targets, strict=True)
        ]
        assert_agrees(answer["grad_predictions"], printed)


def test_the_cost_is_an_average_over_samples_of_a_function_of_the_outputs():
    for given, answer in told("mean_squared_error", scaling="half_example_mean"):
        ones = [
            ask(
                "mean_squared_error",
                {"predictions": [a], "targets": [y]},
                scaling="half_example_mean",
            )
            for a, y in zip(given.predictions, given.targets, strict=True)
        ]
        n = len(ones)
        assert_agrees(answer["loss"], sum(one["loss"] for one in ones) / n)
        rows = [one["grad_predictions"][0] / n for one in ones]
        assert_agrees(answer["grad_predictions"], rows)


def affine(weight, bias, a):
    """Return z; ``weight[j][k]`` leads from unit k to unit j."""
    return [
        sum(w * one for w, one in zip(row, a, strict=True)) + b
        for row, b in zip(weight, bias, strict=True)
    ]


def recursion(weights, biases, x, y, kind):
    """Return outputs, deltas and activations of one sample, layer by layer."""
    h, slope = UNITS[kind]
    activations, sums = [x], []
    for weight, bias in zip(weights, biases, strict=True):
        sums.append(affine(weight, bias, activations[-1]))
        activations.append([h(z) for z in sums[-1]])
    last = zip(activations[-1], y, sums[-1], strict=True)
    deltas = [[(a - t) * slope(z) for a, t, z in last]]
    for weight, z in zip(weights[:0:-1], sums[-2::-1], strict=True):
        after = deltas[0]
        deltas.insert(
            0,
            [
                slope(z[j]) * sum(weight[k][j] * after[k] for k in range(len(after)))
                for j in range(len(z))
            ],
        )
    return activations[-1], deltas, activations


SIZES = (5, 4, 3, 2)


def network(kind, seed=1):
    """Return weights and biases, and a network that holds them."""
    rng = np.random.default_rng(seed)
    weights, biases, layers = [], [], []
    for before, after in pairwise(SIZES):
        weights.append(rng.normal(size=(after, before)).tolist())
        biases.append(rng.normal(size=after).tolist())
        linear = Linear(before, after)
        linear.params = {
            "weight": np.array(weights[-1]).T,
            "bias": np.array(biases[-1]),
        }
        layers += [linear, LAYERS[kind]()]
    return weights, biases, layers


def samples(n, seed=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, SIZES[0])), rng.normal(size=(n, SIZES[-1]))


@pytest.mark.parametrize("kind", UNITS)
def test_delta_is_the_error_times_the_slope_and_goes_back_through_the_weights(kind):
    """dC/db = delta and dC/dw_jk = a_k delta_j, both averaged over the samples."""
    weights, biases, layers = network(kind)
    x, y = samples(6)
    backpropagate(layers, MeanSquaredError("half_example_mean"), x, y)
    found = [
        recursion(weights, biases, row, target, kind)
        for row, target in zip(x.tolist(), y.tolist(), strict=True)
    ]
    assert_agrees(Sequential(layers).forward(x), [out for out, _, _ in found])
    for number, linear in enumerate(layers[::2]):
        by_bias = [
            sum(deltas[number][j] for _, deltas, _ in found) / 6
            for j in range(SIZES[number + 1])
        ]
        by_weight = [
            [
                sum(a[number][k] * deltas[number][j] for _, deltas, a in found) / 6
                for k in range(SIZES[number])
            ]
            for j in range(SIZES[number + 1])
        ]
        assert_agrees(linear.grads["bias"], by_bias)
        assert_agrees(linear.grads["weight"].T, by_weight)


@pytest.mark.parametrize("kind", UNITS)
def test_the_whole_net_is_one_operation(kind):
    for given, answer in told("folded_mlp", activation=kind, depth=3):
        folded = (given.weight_0, given.weight_1, given.weight_2)
        weights = [[row[1:] for row in weight] for weight in folded]
        biases = [[row[0] for row in weight] for weight in folded]
        totals = [np.zeros(np.shape(weight)).tolist() for weight in folded]
        outputs = []
        for x, upstream in zip(given.x, given.grad_out, strict=True):
            # With y = a - dC/da the error a - y is what comes from outside.
            out, _, _ = recursion(weights, biases, x, [0.0] * len(upstream), kind)
            y = [a - g for a, g in zip(out, upstream, strict=True)]
            _, deltas, activations = recursion(weights, biases, x, y, kind)
            outputs.append(out)
            for total, delta, a in zip(totals, deltas, activations, strict=False):
                for j, one in enumerate(delta):
                    for k, unit in enumerate([1.0, *a]):
                        total[j][k] += unit * one
        assert_agrees(answer["out"], outputs)
        for number, total in enumerate(totals):
            assert_agrees(answer[f"grad_weight_{number}"], total)


def test_plain_descent_is_the_default():
    def walk(w, gradients):
        path = []
        for slope in gradients:
            w = w - 0.1 * slope
            path.append(w)
        return path

    assert_path("sgd", walk, lr=0.1)


def test_the_printed_update_shrinks_what_it_moves_by_the_rate():
    alpha = 0.1

    def walk(w, gradients):
        path = []
        for slope in gradients:
            w = (1 - alpha) * w - alpha * slope
            path.append(w)
        return path

    assert_path("sgd", walk, decay="csu", lr=alpha)


def test_the_printed_update_of_weights_and_biases_in_a_training_loop():
    """b <- (1 - alpha) b - alpha delta, w_jk <- (1 - alpha) w_jk - alpha a_k delta_j"""
    alpha, (weights, biases, layers) = 0.1, network("tanh")
    x, y = samples(4)
    loss, optimizer = MeanSquaredError("half_sum"), SGD(layers, alpha, decay="csu")
    train(layers, loss, optimizer, x, y, [np.array([i]) for i in range(4)])
    for row, target in zip(x.tolist(), y.tolist(), strict=True):
        _, deltas, a = recursion(weights, biases, row, target, "tanh")
        for number, delta in enumerate(deltas):
            for j, one in enumerate(delta):
                biases[number][j] = (1 - alpha) * biases[number][j] - alpha * one
                for k, unit in enumerate(a[number]):
                    old = weights[number][j][k]
                    weights[number][j][k] = (1 - alpha) * old - alpha * unit * one
    for number, linear in enumerate(layers[::2]):
        assert_agrees(linear.params["bias"], biases[number])
        assert_agrees(linear.params["weight"].T, weights[number])


@pytest.mark.parametrize(
    "name", ["conv2d", "max_pool2d", "average_pool2d", "batch_norm"]
)
def test_the_other_types_of_node_are_there(name):
    operation = create(name)
    assert operation.family is Family.LAYER
    assert "grad_x" in operation.gradients


@pytest.mark.parametrize("at_zero", [0.0, 1.0])
def test_a_perceptron_fires_from_its_threshold_on(at_zero):
    for given, answer in told("threshold", value_at_zero=at_zero):
        printed = [[1.0 if z > 0 else 0.0 for z in row] for row in given.x]
        assert_agrees(answer["out"], printed)
        assert not create("threshold").differentiable
    on_it = ask("threshold", {"x": [[0.0, -0.5, 0.5]]}, value_at_zero=at_zero)
    assert on_it["out"].tolist() == [[at_zero, 0.0, 1.0]]
