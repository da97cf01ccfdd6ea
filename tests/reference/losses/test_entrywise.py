"""What the losses share that add up one number for each entry."""

import numpy as np
import pytest

from reference.errors import ConventionError, DtypeError, LabelError, ShapeError
from reference.losses.binary_cross_entropy import BinaryCrossEntropy
from reference.losses.binary_cross_entropy_with_logits import (
    BinaryCrossEntropyWithLogits,
)
from reference.losses.huber import Huber
from reference.losses.l1 import L1

LOSSES = [BinaryCrossEntropy, BinaryCrossEntropyWithLogits, Huber, L1]
BINARY = LOSSES[:2]
PREDICTIONS = np.array([[0.25, 0.75], [0.5, 0.125], [0.5, 0.875]])
TARGETS = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])

every_loss = pytest.mark.parametrize("loss", LOSSES)
every_binary_loss = pytest.mark.parametrize("loss", BINARY)


@every_loss
@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 6), ("example_mean", 3)])
def test_each_reduction_divides_the_sum(loss, reduction, divisor):
    total, made = loss(reduction="sum"), loss(reduction=reduction)
    expected = total.forward(PREDICTIONS, TARGETS) / divisor
    assert made.forward(PREDICTIONS, TARGETS) == expected
    np.testing.assert_array_equal(made.backward(), total.backward() / divisor)


@every_loss
def test_the_default_averages_over_all_entries(loss):
    assert loss().reduction == "mean"


@every_loss
def test_one_number_per_example_is_accepted(loss):
    flat = loss(reduction="sum").forward(PREDICTIONS.ravel(), TARGETS.ravel())
    assert flat == loss(reduction="sum").forward(PREDICTIONS, TARGETS)


@every_loss
def test_targets_that_would_broadcast_are_refused(loss):
    with pytest.raises(ShapeError, match=r"targets must be \(3, 2\), got \(3, 1\)"):
        loss().forward(PREDICTIONS, TARGETS[:, :1])


@every_loss
def test_a_single_number_is_refused(loss):
    sentence = rf"^{loss.__name__}: {loss.predicted} must be \(N, \.\.\.\) with N at "
    with pytest.raises(ShapeError, match=sentence):
        loss().forward(np.array(0.5), np.array(1.0))


@every_loss
def test_targets_in_double_precision_leave_single_precision_alone(loss):
    made = loss()
    made.forward(PREDICTIONS.astype(np.float32), TARGETS)
    assert made.backward().dtype == np.float32


@every_loss
def test_an_unknown_reduction_is_refused_with_the_known_ones(loss):
    with pytest.raises(ConventionError, match="one of mean, example_mean, sum, got"):
        loss(reduction="average")


@every_binary_loss
def test_integers_and_floats_are_the_same_targets(loss):
    made, other = loss(), loss()
    value = made.forward(PREDICTIONS, TARGETS.astype(np.int64))
    assert value == other.forward(PREDICTIONS, TARGETS)
    np.testing.assert_array_equal(made.backward(), other.backward())


@every_binary_loss
@pytest.mark.parametrize("target", [-1.0, 2.0, -1, 2])
def test_targets_beyond_zero_and_one_are_refused(loss, target):
    targets = TARGETS.astype(type(target))
    targets[1, 1] = target
    sentence = f"^{loss.__name__}: targets must be from 0 to 1, got {target}$"
    with pytest.raises(LabelError, match=sentence):
        loss().forward(PREDICTIONS, targets)


@every_binary_loss
def test_booleans_as_targets_are_refused(loss):
    with pytest.raises(DtypeError, match=r"targets must be .*, got bool"):
        loss().forward(PREDICTIONS, TARGETS == 1)


@pytest.mark.parametrize("loss", [Huber, L1])
def test_integers_as_targets_of_a_difference_are_refused(loss):
    with pytest.raises(DtypeError, match=r"targets must be .*, got int64"):
        loss().forward(PREDICTIONS, TARGETS.astype(np.int64))
