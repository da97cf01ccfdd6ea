"""Penn CIS 4190/5190, lecture 12, item by item: steps, rates and procedures."""

import math

import numpy as np
import pytest

from reference.datasets.quadratic_bowl import quadratic_bowl
from reference.layers.linear import Linear
from reference.losses.mean_squared_error import MeanSquaredError
from reference.optimizers.nesterov import Nesterov
from reference.optimizers.sgd import SGD
from reference.training.augmentation import HorizontalFlip, InTurn, Shift
from reference.training.early_stopping import EarlyStopping
from reference.training.trainer import Trainer
from tests.reference.lectures.agreement import assert_agrees, assert_path, told

ALPHA, MU, LAM = 0.1, 0.8, 0.75


@pytest.mark.parametrize(
    ("scaling", "lr"), [("sum", ALPHA / 5), ("example_mean", ALPHA)]
)
def test_gradient_descent_moves_by_alpha_over_n(scaling, lr):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(5, 1)), rng.normal(size=(5, 1))
    layer = Linear(1, 1, bias="none")
    trainer = Trainer(
        layers=[layer], loss=MeanSquaredError(scaling), optimizer=SGD([layer], lr)
    )
    trainer.run(x, y, [[np.arange(5)]] * 6)
    w = 0.0
    for _ in range(6):
        total = 0.0
        for one, target in zip(x[:, 0].tolist(), y[:, 0].tolist(), strict=True):
            total += 2 * (w * one - target) * one
        w = w - ALPHA / 5 * total
    assert_agrees(layer.params["weight"], [[w]])


def test_the_slice_of_a_minibatch_is_the_intended_one():
    for given, answer in told("minibatch_slices"):
        k, number, start, stop = given.batch_size, 0, [], []
        while number * k < given.examples:
            start.append(number * k)
            stop.append(min((number + 1) * k, given.examples))
            number += 1
        assert answer["start"].tolist() == start
        assert answer["stop"].tolist() == stop


def test_the_slice_as_printed_leaves_out_examples_and_repeats_others():
    for given, answer in told("minibatch_slices"):
        k = given.batch_size
        numbers = range(len(answer["start"]))
        printed = [i for number in numbers for i in range(number * k, number * (k + 1))]
        intended = [
            i
            for start, stop in zip(answer["start"], answer["stop"], strict=True)
            for i in range(start, stop)
        ]
        assert intended == list(range(given.examples))
        assert 0 not in printed
        assert sorted(set(printed)) != intended


def test_accelerated_gradient_descent_moves_by_rho():
    def walk(beta, gradients):
        rho, path = 0.0, []
        for g in gradients:
            rho = MU * rho - ALPHA * g
            beta = beta + rho
            path.append(beta)
        return path

    assert_path("momentum", walk, form="velocity", lr=ALPHA, momentum=MU)
    # With the gradients given, nothing tells where they were taken.
    assert_path("nesterov", walk, form="lookahead", lr=ALPHA, momentum=MU)


def nesterov(slope, beta, steps):
    """Return beta and beta + mu*rho after each step; slopes are taken at the latter."""
    rho, path, ahead = [0.0] * len(beta), [], []
    for _ in range(steps):
        at = slope([b + MU * r for b, r in zip(beta, rho, strict=True)])
        rho = [MU * r - ALPHA * g for r, g in zip(rho, at, strict=True)]
        beta = [b + r for b, r in zip(beta, rho, strict=True)]
        path.append(beta)
        ahead.append([b + MU * r for b, r in zip(beta, rho, strict=True)])
    return path, ahead


class Point:
    """One parameter as an optimizer sees it."""

    def __init__(self, beta):
        self.params, self.grads = {"beta": np.array(beta)}, {}


@pytest.mark.parametrize("form", ["lookahead", "rewritten"])
def test_nesterov_takes_the_gradient_at_beta_plus_mu_rho(form):
    bowl = quadratic_bowl(np.random.default_rng(2), size=3)
    matrix, vector = bowl.matrix.tolist(), bowl.vector.tolist()

    def slope(beta):
        return [
            sum(m * b for m, b in zip(row, beta, strict=True)) - v
            for row, v in zip(matrix, vector, strict=True)
        ]

    path, ahead = nesterov(slope, [1.0, -2.0, 0.5], 10)
    point, found = Point([1.0, -2.0, 0.5]), []
    optimizer = Nesterov([point], lr=ALPHA, momentum=MU, form=form)
    for _ in range(10):
        optimizer.lookahead()
        point.grads = {"beta": bowl.gradient(point.params["beta"])}
        optimizer.step()
        found.append(point.params["beta"])
    assert_agrees(found, path if form == "lookahead" else ahead)


def test_given_the_gradients_nesterov_is_told_by_where_it_looks_ahead():
    def walk(start, gradients):
        beta, rho, path = start, 0.0, []
        for g in gradients:
            rho = MU * rho - ALPHA * g
            beta = beta + rho
            path.append(beta + MU * rho)
        return path

    assert_path("nesterov", walk, form="rewritten", lr=ALPHA, momentum=MU)


def test_adagrad_has_no_eps_at_all():
    def walk(beta, gradients):
        total, path = 0.0, []
        for g in gradients:
            total = total + g**2
            beta = beta - ALPHA / math.sqrt(total) * g
            path.append(beta)
        return path

    assert_path("adagrad", walk, eps_place="none", lr=ALPHA)


def test_rmsprop_has_no_eps_at_all():
    def walk(beta, gradients):
        total, path = 0.0, []
        for g in gradients:
            total = LAM * total + (1 - LAM) * g**2
            beta = beta - ALPHA / math.sqrt(total) * g
            path.append(beta)
        return path

    assert_path("rmsprop", walk, eps_place="none", lr=ALPHA, decay_rate=LAM)


def test_adam_as_printed_has_no_correction_no_eps_and_no_alpha():
    def walk(beta, gradients):
        rho, total, path = 0.0, 0.0, []
        for g in gradients:
            rho = MU * rho + (1 - MU) * g
            total = LAM * total + (1 - LAM) * g**2
            beta = beta - rho / math.sqrt(total)
            path.append(beta)
        return path

    printed = {"bias_correction": False, "eps_place": "none", "step_size": "none"}
    assert_path("adam", walk, beta1=MU, beta2=LAM, **printed)


def test_the_rate_is_reduced_when_the_validation_loss_stagnates():
    plateau = {"lr": 0.5, "factor": 0.25, "patience": 2, "threshold": 0.0}
    for given, answer in told("reduce_on_plateau", patience_rule="reached", **plateau):
        rate, best, waited, rates = 0.5, math.inf, 0, []
        for loss in given.losses:
            if loss < best:
                best, waited = loss, 0
            else:
                waited += 1
            if waited == 2:
                rate, waited = rate * 0.25, 0
            rates.append(rate)
        assert_agrees(answer["rate"], rates)


def test_early_stopping_keeps_the_epoch_with_the_lowest_validation_loss():
    for given, answer in told("early_stopping", patience=2, min_improvement=0.0):
        lowest, stopped = 0, len(given.losses)
        for epoch, loss in enumerate(given.losses):
            if loss < given.losses[lowest]:
                lowest = epoch
            if epoch - lowest == 2:
                stopped = epoch
                break
        assert answer["best_epoch"] == lowest
        assert answer["stopped_at"] == stopped


def test_early_stopping_puts_the_best_parameters_back():
    layer, stopping = Linear(1, 1), EarlyStopping(patience=2)
    for loss in (3.0, 1.0, 2.0, 2.5):
        layer.params["weight"] = np.array([[loss]])
        stops = stopping.observe(loss, [layer])
    stopping.restore([layer])
    assert stops
    assert layer.params["weight"].tolist() == [[1.0]]


def test_data_augmentation_shows_each_example_moved_or_mirrored():
    images = np.random.default_rng(3).normal(size=(20, 4, 5))
    change = InTurn([HorizontalFlip(0.5), Shift(1)])
    changed = change(np.random.default_rng(4), images)
    assert changed.shape == images.shape
    kinds = set()
    for image, new in zip(images.tolist(), changed.tolist(), strict=True):
        found = []
        for mirrored in (False, True):
            rows = [row[::-1] if mirrored else row for row in image]
            for down in (-1, 0, 1):
                for right in (-1, 0, 1):
                    moved = [
                        [
                            rows[i - down][j - right]
                            if 0 <= i - down < 4 and 0 <= j - right < 5
                            else 0.0
                            for j in range(5)
                        ]
                        for i in range(4)
                    ]
                    if moved == new:
                        found.append((mirrored, down, right))
        assert len(found) == 1
        kinds.update(found)
    assert len(kinds) > 5
