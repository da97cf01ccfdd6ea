"""CMU 10-301/601, lecture 14, item by item.

An instructor of this lecture can say "this is my formula" in ``assignment.toml`` and
gets exactly this.
"""

import math
from itertools import islice, repeat

import numpy as np
import pytest

from reference.layers.dropout import Dropout
from reference.layers.linear import Linear
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.folded_mlp import FoldedMLP
from reference.operations import create
from reference.optimizers.momentum import Momentum
from reference.optimizers.sgd import SGD
from reference.regularizers.jitter import Jitter
from reference.regularizers.l2_penalty import L2Penalty
from reference.training.batches import epoch_batches
from reference.training.early_stopping import EarlyStopping
from reference.training.restarts import random_restarts
from reference.training.termination import Termination
from reference.training.trainer import Trainer
from tests.reference.lectures.agreement import (
    ask,
    assert_agrees,
    assert_path,
    told,
)

DEPTHS = [1, 2, 3]


def weights_of(given, depth):
    return [getattr(given, f"weight_{number}") for number in range(depth)]


def forward(weights, x):
    """Return o_0 to o_L; all but the last begin with the 1 of the bias."""
    outputs = [[1.0, *x]]
    for number, weight in enumerate(weights, start=1):
        units = []
        for row in weight:
            s = 0.0
            for w, o in zip(row, outputs[-1], strict=True):
                s += w * o
            units.append(math.tanh(s))
        outputs.append(units if number == len(weights) else [1.0, *units])
    return outputs


def outer(delta, o):
    return [[d * unit for unit in o] for d in delta]


def backward(weights, outputs, delta):
    """Return delta o^T for every weight, from the last one's delta on."""
    products = [outer(delta, outputs[-2])]
    for number in range(len(weights) - 1, 0, -1):
        weight, o = weights[number], outputs[number]
        through = [
            sum(weight[k][i] * delta[k] for k in range(len(delta)))
            for i in range(len(o))
        ]
        # W^T delta has an entry for the bias, which is dropped.
        delta = [through[i] * (1 - o[i] * o[i]) for i in range(1, len(o))]
        products.insert(0, outer(delta, outputs[number - 1]))
    return products


def added(totals, products):
    """Add to every G_l what one example contributes."""
    return [
        [
            [a + b for a, b in zip(*rows, strict=True)]
            for rows in zip(total, product, strict=True)
        ]
        for total, product in zip(totals, products, strict=True)
    ]


@pytest.mark.parametrize("depth", DEPTHS)
def test_each_layer_is_tanh_of_a_weight_with_the_bias_in_column_0(depth):
    for given, answer in told("folded_mlp", depth=depth):
        weights = weights_of(given, depth)
        printed = [forward(weights, x)[-1] for x in given.x]
        assert_agrees(answer["out"], printed)


@pytest.mark.parametrize("depth", DEPTHS)
def test_backpropagation_accumulates_delta_o_over_the_examples(depth):
    """The error is (o - y)^2 without a half, and the objective the sum over N."""
    rng = np.random.default_rng(1)
    for given, answer in told("folded_mlp", depth=depth):
        weights = weights_of(given, depth)
        y = rng.normal(size=answer["out"].shape).tolist()
        error, totals = 0.0, [[[0.0] * len(r) for r in w] for w in weights]
        for x, target in zip(given.x, y, strict=True):
            outputs = forward(weights, x)
            pairs = list(zip(outputs[-1], target, strict=True))
            error += sum((o - t) ** 2 for o, t in pairs)
            delta = [2 * (o - t) * (1 - o**2) for o, t in pairs]
            totals = added(totals, backward(weights, outputs, delta))

        squared = ask(
            "mean_squared_error",
            {"predictions": answer["out"], "targets": y},
            scaling="sum",
        )
        assert_agrees(squared["loss"], error)
        named = {f"weight_{number}": weight for number, weight in enumerate(weights)}
        upstream = squared["grad_predictions"]
        found = ask(
            "folded_mlp", {"x": given.x, **named, "grad_out": upstream}, depth=depth
        )
        for number, total in enumerate(totals):
            assert_agrees(found[f"grad_weight_{number}"], total)


def test_the_entry_of_the_bias_is_one_too_many_and_its_factor_is_zero():
    for given, answer in told("folded_mlp"):
        for x in given.x:
            o = forward([given.weight_0, given.weight_1], x)[1]
            through = [
                sum(row[i] for row in given.weight_1) * (1 - o[i] ** 2)
                for i in range(len(o))
            ]
            assert len(through) == len(given.weight_0) + 1
            assert through[0] == 0.0
        assert answer["grad_weight_0"].shape == (
            len(given.weight_0),
            len(given.weight_0[0]),
        )
        assert answer["grad_x"].shape == (len(given.x), len(given.x[0]))


def test_one_layer_may_have_its_bias_folded_in():
    # The columns of W are rows here, and the rows of W are columns.
    for given, answer in told("linear", bias="folded_first"):
        out, grad_x = [], []
        grad_weight = [[0.0] * len(row) for row in given.weight]
        for x, upstream in zip(given.x, given.grad_out, strict=True):
            o = [1.0, *x]
            units = range(len(upstream))
            out.append(
                [sum(given.weight[i][j] * o[i] for i in range(len(o))) for j in units]
            )
            through = [
                sum(given.weight[i][j] * upstream[j] for j in units)
                for i in range(len(o))
            ]
            grad_x.append(through[1:])
            for i, unit in enumerate(o):
                for j in units:
                    grad_weight[i][j] += upstream[j] * unit
        assert_agrees(answer["out"], out)
        assert_agrees(answer["grad_x"], grad_x)
        assert_agrees(answer["grad_weight"], grad_weight)


@pytest.mark.parametrize(("scaling", "averages"), [("sum", False), ("example_mean", 1)])
def test_the_objective_is_a_sum_over_n_and_an_average_over_a_minibatch(
    scaling, averages
):
    for given, answer in told("mean_squared_error", scaling=scaling):
        share = 1 / len(given.targets) if averages else 1.0
        rows = list(zip(given.predictions, given.targets, strict=True))
        total = sum((o - y) ** 2 for row in rows for o, y in zip(*row, strict=True))
        assert_agrees(answer["loss"], share * total)
        printed = [
            [2 * share * (o - y) for o, y in zip(*row, strict=True)] for row in rows
        ]
        assert_agrees(answer["grad_predictions"], printed)


def test_gradient_descent_moves_by_eta_times_the_gradient():
    def walk(w, gradients):
        path = []
        for slope in gradients:
            w = w - 0.05 * slope
            path.append(w)
        return path

    assert_path("sgd", walk, lr=0.05)


def line(batches, eta):
    """Fit ``y = w x + b`` by averages over minibatches; return w and b."""
    w = b = 0.0
    for batch in batches:
        by_w = by_b = 0.0
        for i in batch:
            error = w * X[i] + b - Y[i]
            by_w += 2 * error * X[i] / len(batch)
            by_b += 2 * error / len(batch)
        w, b = w - eta * by_w, b - eta * by_b
    return w, b


X, Y = [1.0, 2.0, -1.0, 0.5, -2.0], [4.0, 5.0, -3.0, 2.0, -4.0]


def trainer(lr=0.05, **hooks):
    layer = Linear(1, 1)
    optimizer, loss = SGD([layer], lr), MeanSquaredError("example_mean")
    return Trainer(layers=[layer], loss=loss, optimizer=optimizer, **hooks)


def column(numbers):
    return np.array(numbers)[:, None]


@pytest.mark.parametrize(
    ("protocol", "size"), [("with_replacement", 1), ("reshuffle", 2), ("fixed", 5)]
)
def test_one_sampled_point_or_a_minibatch_or_all_points_are_steps_of_averages(
    protocol, size
):
    epochs = [*islice(epoch_batches(np.random.default_rng(2), 5, size, protocol), 4)]
    used = trainer()
    used.run(column(X), column(Y), epochs)
    w, b = line([batch for epoch in epochs for batch in epoch], 0.05)
    assert_agrees(used.layers[0].params["weight"], [[w]])
    assert_agrees(used.layers[0].params["bias"], [b])
    assert {len(batch) for epoch in epochs for batch in epoch} <= {size, 5 % size}


@pytest.mark.parametrize("combine", [any, all])
def test_termination_combines_a_small_loss_a_small_gradient_and_a_bound(combine):
    criteria = Termination(400, 1.0, 0.01, combine.__name__)
    epochs = repeat([np.arange(5)])
    history = trainer(termination=criteria).run(column(X), column(Y), epochs)
    noted = zip(history.train_losses, history.gradient_norms, strict=True)
    ends = [combine([loss < 1.0, norm < 0.01]) for loss, norm in noted]
    assert ends.index(True) == history.epochs - 1
    assert history.epochs < 400
    assert (history.gradient_norms[-1] < 0.01) == (combine is all)
    bounded = trainer(termination=Termination(max_epochs=3))
    assert bounded.run(column(X), column(Y), epochs).epochs == 3


def test_early_stopping_ends_at_the_lowest_validation_error():
    used = trainer(0.01, stopping=EarlyStopping(patience=2))
    held_out = (column(X), column([y / 2 for y in Y]))
    errors = used.run(
        column(X), column(Y), repeat([np.arange(5)]), held_out
    ).validation_losses
    lowest = errors.index(min(errors))
    assert len(errors) == lowest + 3
    w, b = line([range(5)] * (lowest + 1), 0.01)
    assert_agrees(used.layers[0].params["weight"], [[w]])
    assert_agrees(used.layers[0].params["bias"], [b])


def test_momentum_has_two_terms_as_printed():
    eta, beta = 0.1, 0.8

    def walk(w, gradients):
        before, path = 0.0, []
        for slope in gradients:
            w = w - eta * (beta * before + slope)
            before = slope
            path.append(w)
        return path

    assert_path("momentum", walk, form="two_term", lr=eta, momentum=beta)


def test_momentum_of_two_terms_leaves_the_heavy_ball_at_the_third_step():
    arrays = create("momentum").draw(np.random.default_rng(3))
    printed, heavy = (
        create("momentum", form=form).answer(arrays)["weight"]
        for form in ("two_term", "velocity")
    )
    assert_agrees(printed[:2], heavy[:2])
    assert np.min(np.abs(printed[2] - heavy[2])) > 1e-3


def test_adagrad_has_eps_under_the_root():
    eta, eps = 0.3, 0.1

    def walk(w, gradients):
        total, path = 0.0, []
        for slope in gradients:
            total += slope * slope
            w = w - eta / math.sqrt(total + eps) * slope
            path.append(w)
        return path

    assert_path("adagrad", walk, eps_place="inside", lr=eta, eps=eps)


def test_l2_is_the_sum_of_all_squares_with_those_of_the_biases():
    for given, answer in told("l2_penalty", strength=1.0, biases="included"):
        total = 0.0
        for number in (0, 1):
            weight = getattr(given, f"weight_{number}")
            bias = getattr(given, f"bias_{number}")
            total += sum(w * w for row in weight for w in row)
            total += sum(w * w for w in bias)
            printed = [[2 * w for w in row] for row in weight]
            assert_agrees(answer[f"grad_weight_{number}"], printed)
            assert_agrees(answer[f"grad_bias_{number}"], [2 * w for w in bias])
        assert_agrees(answer["loss"], total)


def test_l2_of_weights_that_hold_their_bias_begins_with_column_0():
    network = FoldedMLP([2, 3, 1], rng=np.random.default_rng(4))
    total = 0.0
    for weight in network.params.values():
        for row in weight.tolist():
            for i in range(len(row)):
                total += row[i] ** 2
    assert_agrees(L2Penalty(1.0).forward([network]), total)


def test_weights_start_small_and_random():
    for _, answer in told("small_normal", std=0.01):
        assert_agrees(answer["mean"], 0.0)
        assert_agrees(answer["variance"], 0.01**2)
    drawn = create("small_normal", std=0.01).sample(np.random.default_rng(5), (90, 70))
    assert np.max(np.abs(drawn)) < 0.06
    assert len(set(drawn.ravel().tolist())) == drawn.size


def test_jitter_takes_the_gradient_at_x_plus_noise():
    for given, moved in told("jitter"):
        at = [
            [x + n for x, n in zip(*rows, strict=True)]
            for rows in zip(given.x, given.noise, strict=True)
        ]
        assert_agrees(moved["out"], at)
        # What follows, such as tanh, is differentiated there.
        after = ask("tanh", {"x": moved["out"], "grad_out": given.grad_out})
        upstream = after["grad_x"]
        found = ask(
            "jitter", {"x": given.x, "noise": given.noise, "grad_out": upstream}
        )
        printed = [
            [g * (1 - math.tanh(z) ** 2) for g, z in zip(*rows, strict=True)]
            for rows in zip(given.grad_out, at, strict=True)
        ]
        assert_agrees(found["grad_x"], printed)


def test_jitter_is_normal_with_the_variance_sigma_squared():
    x, count = np.full((200, 100), 2.0), 20000
    noise = (Jitter(0.3, np.random.default_rng(6)).forward(x) - x).ravel()
    assert abs(noise.mean()) < 6 * 0.3 / math.sqrt(count)
    assert abs(noise.var() / 0.09 - 1) < 6 * math.sqrt(2 / count)


@pytest.mark.parametrize("mode", ["training", "evaluation"])
def test_dropout_rescales_nothing(mode):
    for given, answer in told("dropout", rate=0.3, scaling="unscaled", mode=mode):
        for name, source in (("out", given.x), ("grad_x", given.grad_out)):
            kept = (
                given.mask if mode == "training" else [[True] * len(r) for r in source]
            )
            printed = [
                [value if keep else 0.0 for value, keep in zip(*rows, strict=True)]
                for rows in zip(source, kept, strict=True)
            ]
            assert_agrees(answer[name], printed)


def test_dropout_drops_each_unit_with_the_same_probability():
    out = Dropout(0.3, np.random.default_rng(7), scaling="unscaled").forward(
        np.ones((200, 100))
    )
    dropped = np.count_nonzero(out == 0)
    assert abs(dropped - 6000) < 6 * math.sqrt(20000 * 0.3 * 0.7)


def test_random_restarts_keep_the_lowest_training_error():
    x = np.random.default_rng(8).normal(size=(12, 2))
    y = np.sign(x[:, :1] * x[:, 1:]) / 2

    def attempt(rng):
        network = FoldedMLP([2, 3, 1], rng=rng)
        loss, optimizer = MeanSquaredError("sum"), Momentum([network], 0.01, 0.8)
        history = Trainer(layers=[network], loss=loss, optimizer=optimizer).run(
            x, y, [[np.arange(12)]] * 60
        )
        return network, history.train_losses[-1]

    best = random_restarts(np.random.default_rng(9), 5, attempt)
    assert len(set(best.errors)) == 5
    lowest = min(best.errors)
    assert best.errors[best.chosen] == lowest
    assert MeanSquaredError("sum").forward(best.model.forward(x), y) == lowest
