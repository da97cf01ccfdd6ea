"""Penn CIS 4190/5190, lecture 12, item by item; rules are in the file next to this.

An instructor of this lecture can say "this is my formula" in ``assignment.toml`` and
gets exactly this.
"""

import math

import numpy as np
import pytest

from reference.layers.batch_norm import BatchNorm
from reference.layers.dropout import Dropout
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.layers.tanh import Tanh
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.sequential import Sequential
from reference.operations import create
from reference.optimizers.sgd import SGD
from reference.training import train
from tests.reference.lectures.agreement import (
    ask,
    assert_agrees,
    assert_each_entry,
    told,
)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def softmax(z):
    powers = [math.exp(one) for one in z]
    return [power / sum(powers) for power in powers]


def row_times(row, jacobian):
    """Return ``row^T J``; J has a row for each output."""
    return [
        sum(one * line[k] for one, line in zip(row, jacobian, strict=True))
        for k in range(len(jacobian[0]))
    ]


def product(left, right):
    return [row_times(row, right) for row in left]


def jacobian_of_softmax(z):
    p = softmax(z)
    return [
        [p[i] * ((1.0 if i == k else 0.0) - p[k]) for k in range(len(p))]
        for i in range(len(p))
    ]


def diagonal(numbers):
    return [
        [one if i == k else 0.0 for k in range(len(numbers))]
        for i, one in enumerate(numbers)
    ]


def test_a_linear_layer_is_w_z_without_a_bias():
    for given, answer in told("linear", bias="none"):
        assert answer.keys() == {"out", "grad_x", "grad_weight"}
        # W has a row for each output; the reference holds its transpose.
        w = [list(column) for column in zip(*given.weight, strict=True)]
        out = [
            [sum(a * b for a, b in zip(r, z, strict=True)) for r in w] for z in given.x
        ]
        assert_agrees(answer["out"], out)
        assert_agrees(answer["grad_x"], [row_times(g, w) for g in given.grad_out])


def test_softmax_is_a_layer():
    for given, answer in told("softmax"):
        assert_agrees(answer["out"], [softmax(z) for z in given.x])
        printed = [
            row_times(g, jacobian_of_softmax(z))
            for g, z in zip(given.grad_out, given.x, strict=True)
        ]
        assert_agrees(answer["grad_x"], printed)


def test_backpropagation_multiplies_jacobians_with_one_row_for_each_output():
    """D = d softmax * d sigmoid * W, and the gradient is (gradient of L)^T D."""
    for given, linear in told("linear", bias="none"):
        hidden = ask("sigmoid", {"x": linear["out"]})["out"]
        last = {"x": hidden, "grad_out": given.grad_out}
        upstream = ask("softmax", last)["grad_x"]
        upstream = ask("sigmoid", {"x": linear["out"], "grad_out": upstream})["grad_x"]
        found = ask(
            "linear",
            {"x": given.x, "weight": given.weight, "grad_out": upstream},
            bias="none",
        )
        w = [list(column) for column in zip(*given.weight, strict=True)]
        grad_x, grad_w = [], np.zeros(np.shape(w)).tolist()
        for x, g in zip(given.x, given.grad_out, strict=True):
            z = [sum(a * b for a, b in zip(row, x, strict=True)) for row in w]
            s = [sigmoid(one) for one in z]
            after = product(
                jacobian_of_softmax(s), diagonal([one * (1 - one) for one in s])
            )
            grad_x.append(row_times(g, product(after, w)))
            # dz_i / dw_ik is x_k.
            for i, one in enumerate(row_times(g, after)):
                for k, entry in enumerate(x):
                    grad_w[i][k] += one * entry
        assert_agrees(found["grad_x"], grad_x)
        assert_agrees(found["grad_weight"].T, grad_w)


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [
        ("sigmoid", sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
        ("tanh", math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    ],
)
def test_the_historical_activations_are_sigmoid_and_tanh(name, value, slope):
    assert_each_entry(name, value, slope)


def test_relu_has_the_gradient_1_on_the_closed_half_line():
    assert_each_entry(
        "relu",
        lambda z: z if z >= 0 else 0.0,
        lambda z: 1.0 if z >= 0 else 0.0,
        gradient_at_zero=1.0,
    )
    at_zero = {"x": [[0.0, -0.0]], "grad_out": [[-2.0, 3.0]]}
    found = ask("relu", at_zero, gradient_at_zero=1.0)
    assert found["grad_x"].tolist() == [[-2.0, 3.0]]


@pytest.mark.parametrize("slope", ["shared", "per_channel"])
def test_prelu_learns_the_slope_of_the_negative_half_line(slope):
    for given, answer in told("prelu", slope=slope):
        x, upstream = np.array(given.x), np.array(given.grad_out)
        slopes = np.array(given.slope)
        grad_slope = np.zeros(slopes.shape)
        for at in np.ndindex(x.shape):
            # One slope for all entries, or one for each index along axis 1.
            own = () if slope == "shared" else (at[1],)
            z, g, a = x[at], upstream[at], slopes[own]
            assert answer["out"][at] == (z if z >= 0 else a * z)
            assert answer["grad_x"][at] == (g if z >= 0 else a * g)
            grad_slope[own] += 0.0 if z >= 0 else g * z
        assert_agrees(answer["grad_slope"], grad_slope)


def test_weights_may_be_kaiming_or_xavier_normal_and_biases_are_zero():
    for given, answer in told("kaiming"):
        assert_agrees([answer["mean"], answer["variance"]], [0.0, 2 / given.shape[0]])
    for given, answer in told("xavier", variance="1/(in+out)"):
        d_in, d_out = given.shape
        moments = [answer["mean"], answer["variance"]]
        assert_agrees(moments, [0.0, 1 / (d_in + d_out)])
    for _, answer in told("zeros"):
        assert [answer["mean"], answer["variance"]] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "conventions", "variance"),
    [("kaiming", {}, 2 / 90), ("xavier", {"variance": "1/(in+out)"}, 1 / 160)],
)
def test_what_is_drawn_has_the_stated_variance(name, conventions, variance):
    operation = create(name, **conventions)
    drawn = operation.sample(np.random.default_rng(1), (90, 70))
    assert abs(drawn.var() / variance - 1) < 6 * math.sqrt(2 / drawn.size)
    # A normal distribution: one in 22 is beyond two deviations.
    beyond = np.count_nonzero(np.abs(drawn) > 2 * math.sqrt(variance))
    assert abs(beyond / drawn.size - 0.0455) < 0.02


def test_rows_that_start_at_zero_stay_identical():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    layers = [Linear(3, 4), Tanh(), Linear(4, 2)]
    # The last layer must not be zero as well, or nothing but its bias moves.
    layers[2].params["weight"] = np.tile(rng.normal(size=2), (4, 1))
    train(layers, MeanSquaredError(), SGD(layers, 0.1), x, y, [np.arange(6)] * 5)
    rows = layers[0].params["weight"].T
    assert np.max(np.abs(rows)) > 0.01
    for row in rows[1:]:
        np.testing.assert_array_equal(row, rows[0])


def normalized(column):
    n = len(column)
    mean = sum(column) / n
    deviation = math.sqrt(sum((one - mean) ** 2 for one in column) / n)
    return [(one - mean) / deviation for one in column], deviation


def test_batch_norm_makes_every_feature_of_a_minibatch_n_0_1():
    for given, answer in told("batch_norm", eps=0.0, affine=False):
        n = len(given.x)
        for k in range(len(given.x[0])):
            x_hat, deviation = normalized([row[k] for row in given.x])
            assert_agrees(answer["out"][:, k], x_hat)
            upstream = [row[k] for row in given.grad_out]
            # Every entry of the column moves mean and deviation.
            jacobian = [
                [
                    ((1.0 if i == j else 0.0) - 1 / n - x_hat[i] * x_hat[j] / n)
                    / deviation
                    for j in range(n)
                ]
                for i in range(n)
            ]
            assert_agrees(answer["grad_x"][:, k], row_times(upstream, jacobian))


def test_batch_norm_fails_for_a_batch_of_one():
    one = create("batch_norm", eps=0.0, affine=False)
    arrays = one.draw(np.random.default_rng(3))
    batched = {key: array[:1] for key, array in arrays.items() if array.ndim == 2}
    with pytest.raises(ValueError, match="x must vary within each feature"):
        one.answer({**arrays, **batched})


@pytest.mark.parametrize("after", [True, False])
def test_batch_norm_stands_after_or_before_the_activation(after):
    x = np.random.default_rng(4).normal(size=(5, 3))
    norm = BatchNorm(3, eps=0.0, affine=False)
    layers = [ReLU(), norm] if after else [norm, ReLU()]
    found = Sequential(layers).forward(x)
    for k, column in enumerate(x.T.tolist()):
        if after:
            printed, _ = normalized([max(one, 0.0) for one in column])
        else:
            printed = [max(one, 0.0) for one in normalized(column)[0]]
        assert_agrees(found[:, k], printed)


@pytest.mark.parametrize("name", ["l1_penalty", "l2_penalty"])
def test_l1_and_l2_leave_the_intercepts_alone(name):
    """The norm of W is printed as the sum of its squares."""
    for given, answer in told(name, strength=0.375):
        total = 0.0
        for number in (0, 1):
            weight = getattr(given, f"weight_{number}")
            for row in weight:
                total += sum(abs(w) if name == "l1_penalty" else w * w for w in row)
            printed = [
                [
                    0.375 * (math.copysign(1, w) if name == "l1_penalty" else 2 * w)
                    for w in row
                ]
                for row in weight
            ]
            assert_agrees(answer[f"grad_weight_{number}"], printed)
        assert_agrees(answer["loss"], 0.375 * total)
        assert not any("bias" in quantity for quantity in answer)


@pytest.mark.parametrize(("rate_means", "kept"), [("drop", 1 - 0.25), ("keep", 0.25)])
def test_dropout_scales_at_test_time_by_the_share_that_is_kept(rate_means, kept):
    meant = {"rate": 0.25, "rate_means": rate_means, "scaling": "test_scaled"}
    for given, answer in told("dropout", **meant):
        printed = [
            [x if keep else 0.0 for x, keep in zip(*rows, strict=True)]
            for rows in zip(given.x, given.mask, strict=True)
        ]
        assert_agrees(answer["out"], printed)
    for given, answer in told("dropout", mode="evaluation", **meant):
        assert_agrees(answer["out"], [[kept * x for x in row] for row in given.x])


def test_at_one_half_the_outgoing_weights_are_divided_by_two():
    rng = np.random.default_rng(5)
    x, weight = rng.normal(size=(4, 3)), rng.normal(size=(3, 2))
    halves = [
        [sum(x[i, k] * (weight[k, j] / 2) for k in range(3)) for j in range(2)]
        for i in range(4)
    ]
    for rate_means in ("drop", "keep"):
        scaled = ask(
            "dropout",
            {"x": x},
            mode="evaluation",
            rate=0.5,
            rate_means=rate_means,
            scaling="test_scaled",
        )["out"]
        found = ask("linear", {"x": scaled, "weight": weight}, bias="none")["out"]
        assert_agrees(found, halves)


def test_monte_carlo_dropout_drops_at_test_time_too():
    x = np.array([[2.0, -3.0]])
    layer = Dropout(0.25, np.random.default_rng(6), scaling="test_scaled")
    draws = np.array([layer.forward(x)[0] for _ in range(4000)])
    spread = np.sqrt(0.25 * 0.75) * np.abs(x[0])
    assert np.all(np.abs(draws.mean(axis=0) - 0.75 * x[0]) < 6 * spread / 4000**0.5)
    assert np.all(np.abs(draws.std(axis=0) / spread - 1) < 0.1)
