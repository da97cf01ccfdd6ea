import math

import numpy as np
import pytest

from reference.layers.linear import Linear
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.sequential import Sequential
from reference.optimizers.sgd import SGD
from reference.training.early_stopping import EarlyStopping
from reference.training.loop import predict, train


class Normalising:
    """A layer with running statistics, a mask and something private."""

    def __init__(self, value):
        self.params = {"gamma": np.array([value])}
        self.grads = {}
        self.running_mean = np.array([10 * value])
        self.mask = np.array([value > 0])
        self._cache = np.array([value])


def stopped_at(losses, **settings):
    """Return the epoch after which it stops and the best one, by the printed rule."""
    stopping = EarlyStopping(**settings)
    for epoch, loss in enumerate(losses):
        if stopping.observe(loss, []):
            return epoch, stopping.best_epoch
    return None, stopping.best_epoch


@pytest.mark.parametrize(
    ("losses", "settings", "expected"),
    [
        ([3.0, 2.0, 1.0, 2.0, 3.0, 4.0], {"patience": 1}, (3, 2)),
        ([3.0, 2.0, 1.0, 2.0, 3.0, 4.0], {"patience": 3}, (5, 2)),
        (
            [3.0, 2.0, 1.0, 2.0, 3.0, 4.0],
            {"patience": 2, "patience_rule": "exceeded"},
            (5, 2),
        ),
        ([3.0, 4.0, 2.0, 4.0, 1.0, 4.0], {"patience": 2}, (None, 4)),
        ([3.0, 3.0, 3.0], {"patience": 2}, (2, 0)),
        ([3.0, 2.75, 2.5, 2.25], {"patience": 2, "min_improvement": 0.5}, (2, 0)),
        ([3.0, 2.75, 2.25, 2.5], {"patience": 2, "min_improvement": 0.5}, (None, 2)),
        (
            [8.0, 7.0, 6.0],
            {"patience": 2, "min_improvement": 0.25, "threshold_form": "relative"},
            (2, 0),
        ),
    ],
)
def test_it_stops_when_patience_ends_and_knows_the_best_epoch(
    losses, settings, expected
):
    assert stopped_at(losses, **settings) == expected


def test_the_best_parameters_come_back_and_not_the_last():
    layer, stopping = Linear(1, 1), EarlyStopping(patience=2)
    for epoch, loss in enumerate([3.0, 1.0, 2.0, 2.5]):
        layer.params["bias"] = np.array([float(epoch)])
        stopping.observe(loss, [layer])
    stopping.restore([layer])
    np.testing.assert_array_equal(layer.params["bias"], [1.0])
    assert (stopping.best_epoch, stopping.best_loss, stopping.epochs) == (1, 1.0, 4)


def test_what_is_kept_does_not_change_with_arrays_that_are_written_into():
    layer, stopping = Linear(1, 1), EarlyStopping(patience=2)
    stopping.observe(1.0, [layer])
    layer.params["bias"] += 5.0
    stopping.restore([layer])
    np.testing.assert_array_equal(layer.params["bias"], [0.0])
    layer.params["bias"] += 5.0
    stopping.restore([layer])
    np.testing.assert_array_equal(layer.params["bias"], [0.0])


def test_running_statistics_belong_to_the_best_epoch():
    layer, stopping = Normalising(1.0), EarlyStopping(patience=2)
    stopping.observe(1.0, [layer])
    later = Normalising(-3.0)
    vars(layer).update(vars(later))
    stopping.observe(2.0, [layer])
    stopping.restore([layer])
    np.testing.assert_array_equal(layer.params["gamma"], [1.0])
    np.testing.assert_array_equal(layer.running_mean, [10.0])
    assert layer.mask is later.mask
    assert layer._cache is later._cache


def test_a_network_gets_the_parameters_and_statistics_of_its_layers_back():
    inner, stopping = Normalising(1.0), EarlyStopping(patience=2)
    network = Sequential([Linear(1, 1), inner])
    stopping.observe(1.0, [network])
    network.params["0.bias"] = np.array([5.0])
    network.params["1.gamma"] = np.array([5.0])
    inner.running_mean = np.array([5.0])
    stopping.observe(2.0, [network])
    stopping.restore([network])
    np.testing.assert_array_equal(network.layers[0].params["bias"], [0.0])
    np.testing.assert_array_equal(inner.params["gamma"], [1.0])
    np.testing.assert_array_equal(inner.running_mean, [10.0])


def test_without_a_best_epoch_nothing_is_restored():
    layer, stopping = Linear(1, 1), EarlyStopping(patience=2)
    layer.params["bias"] = np.array([7.0])
    assert not stopping.observe(math.nan, [layer])
    stopping.restore([layer])
    np.testing.assert_array_equal(layer.params["bias"], [7.0])
    assert stopping.best_epoch is None
    assert stopping.best_loss == math.inf


def test_a_run_that_diverges_ends():
    assert stopped_at([1.0, math.inf, math.nan, math.nan], patience=3) == (3, 0)


def test_an_overfitting_run_ends_where_validation_was_best():
    rng = np.random.default_rng(4)
    slope = rng.normal(size=(8, 1))
    inputs, held_out = rng.normal(size=(10, 8)), rng.normal(size=(200, 8))
    targets = inputs @ slope + rng.normal(size=(10, 1))
    layer, loss = Linear(8, 1, rng), MeanSquaredError()
    stopping, validation = EarlyStopping(patience=5), []
    optimizer = SGD([layer], 0.05)
    for _ in range(500):
        train([layer], loss, optimizer, inputs, targets, [np.arange(10)])
        validation.append(loss.forward(predict([layer], held_out), held_out @ slope))
        if stopping.observe(validation[-1], [layer]):
            break
    stopping.restore([layer])
    found = loss.forward(predict([layer], held_out), held_out @ slope)
    assert len(validation) == stopping.best_epoch + 6 < 500
    assert found == min(validation) < validation[-1]


def test_patience_is_checked_under_the_name_of_this_class():
    with pytest.raises(ValueError, match="patience") as caught:
        EarlyStopping(patience=0)
    assert str(caught.value) == (
        "EarlyStopping: patience must be an integer of at least 1, got 0"
    )
