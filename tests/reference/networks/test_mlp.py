"""The perceptron as one function: the algorithm by scalar loops, and its refusals."""

import math
from itertools import pairwise

import numpy as np
import pytest

from reference.errors import CallOrderError, ConventionError, ShapeError
from reference.networks.mlp import MLP
from reference.operations import create

WIDTHS = (3, 4, 2, 5)
FUNCTIONS = {
    "relu": (lambda z: max(z, 0.0), lambda z: 1.0 if z > 0 else 0.0),
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "sigmoid": (
        lambda z: 1 / (1 + math.exp(-z)),
        lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
    ),
}


def drawn(seed=3, examples=6):
    rng = np.random.default_rng(seed)
    parameters = []
    for before, after in pairwise(WIDTHS):
        parameters += [rng.normal(size=(before, after)), rng.normal(size=after)]
    x = rng.normal(size=(examples, WIDTHS[0]))
    return x, parameters, rng


def entropy(sums, label):
    """Return loss and gradient of softmax cross-entropy for one row."""
    total = sum(math.exp(z) for z in sums)
    shares = [math.exp(z) / total for z in sums]
    grad = [share - (c == label) for c, share in enumerate(shares)]
    return -math.log(shares[label]), grad


def squares(sums, targets):
    """Return the sum of squares of one row and its gradient."""
    pairs = list(zip(sums, targets, strict=True))
    return sum((z - t) ** 2 for z, t in pairs), [2 * (z - t) for z, t in pairs]


def by_loops(x, targets, parameters, activation, judge, divisor):
    """Run algorithms 6.3 and 6.4 of the book over one example after the other."""
    phi, slope = FUNCTIONS[activation]
    weights, biases = parameters[::2], parameters[1::2]
    grads = [np.zeros_like(array) for array in parameters]
    loss = 0.0
    for row, target in zip(x, targets, strict=True):
        values, sums = [list(row)], []
        for number, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            sums.append(
                [
                    bias[j] + sum(v * weight[i][j] for i, v in enumerate(values[-1]))
                    for j in range(len(bias))
                ]
            )
            is_last = number == len(weights) - 1
            values.append(sums[-1] if is_last else [phi(z) for z in sums[-1]])
        one, delta = judge(sums[-1], target)
        loss += one
        for number in reversed(range(len(weights))):
            for j, d in enumerate(delta):
                grads[2 * number + 1][j] += d
                for i, value in enumerate(values[number]):
                    grads[2 * number][i][j] += value * d
            if number:
                delta = [
                    slope(sums[number - 1][i])
                    * sum(weights[number][i][j] * d for j, d in enumerate(delta))
                    for i in range(len(weights[number]))
                ]
    return loss / divisor, [grad / divisor for grad in grads]


@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_cross_entropy_and_its_gradients_are_those_of_the_book(activation, reduction):
    x, parameters, rng = drawn()
    labels = rng.integers(WIDTHS[-1], size=len(x))
    network = MLP(activation, "softmax_cross_entropy", reduction)

    loss = network.forward(x, labels, *parameters)
    grads = network.backward()

    divisor = len(x) if reduction == "mean" else 1
    expected, right = by_loops(x, labels, parameters, activation, entropy, divisor)
    assert loss == pytest.approx(expected, rel=1e-12)
    for got, wanted in zip(grads, right, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_squared_error_averages_over_all_entries(reduction):
    x, parameters, rng = drawn(seed=4)
    targets = rng.normal(size=(len(x), WIDTHS[-1]))
    network = MLP("tanh", "mean_squared_error", reduction)

    loss = network.forward(x, targets, *parameters)
    grads = network.backward()

    divisor = targets.size if reduction == "mean" else 1
    expected, right = by_loops(x, targets, parameters, "tanh", squares, divisor)
    assert loss == pytest.approx(expected, rel=1e-12)
    for got, wanted in zip(grads, right, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-10, atol=1e-13)


def test_backward_before_forward_is_refused():
    with pytest.raises(CallOrderError, match=r"^MLP: call forward before backward$"):
        MLP().backward()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, p: (x, p[:-1]), "a weight and a bias for each layer, got 5 arrays"),
        (lambda x, p: (x, []), "a weight and a bias for each layer, got 0 arrays"),
        (lambda x, p: (x[0], p), r"x must be \(N, D\) and not empty, got \(3,\)"),
        (lambda x, p: (x[:0], p), r"x must be \(N, D\) and not empty, got \(0, 3\)"),
        (lambda x, p: (x[:, :2], p), r"weight_0 must be \(2, M\), got \(3, 4\)"),
        (lambda x, p: (x, [p[0][0], *p[1:]]), r"weight_0 must be \(3, M\), got \(4,\)"),
        (lambda x, p: (x, [p[0], p[3], *p[2:]]), r"bias_0 must be \(4,\), got \(2,\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, message):
    x, parameters, _ = drawn()
    x, parameters = change(x, parameters)

    with pytest.raises(ShapeError, match=f"^MLP: .*{message}$"):
        MLP().forward(x, np.zeros(len(x), dtype=np.int64), *parameters)


@pytest.mark.parametrize(
    ("conventions", "message"),
    [
        ({"activation": "step"}, "activation must be one of relu, tanh, sigmoid"),
        ({"loss": "hinge"}, "loss must be one of softmax_cross_entropy, mean_squared"),
        ({"reduction": "max"}, "reduction must be one of mean, sum"),
        ({"depth": 4}, "depth must be 1 to 3, got 4"),
    ],
)
def test_other_conventions_are_refused(conventions, message):
    with pytest.raises(ConventionError, match=f"MLP: {message}"):
        create("mlp", **conventions)


def test_a_constructor_may_need_the_widths():
    operation = create("mlp")

    sizes = operation.sizes(operation.draw(np.random.default_rng(0)))

    assert sizes == {"sizes": [7, 4, 6, 3]}


def test_only_cross_entropy_has_inputs_that_overflow():
    assert create("mlp", loss="mean_squared_error").extreme(None) is None
    arrays = create("mlp").extreme(np.random.default_rng(0))
    assert np.min(arrays["bias_2"]) > 790
