import math

import numpy as np
import pytest

from reference.datasets.logistic import logistic


def test_the_probabilities_are_those_of_the_stated_model():
    made = logistic(np.random.default_rng(1), 20, 3)
    for row, probability in zip(made.inputs, made.probabilities, strict=True):
        score = sum(w * x for w, x in zip(made.weight, row, strict=True)) + made.bias
        assert probability == pytest.approx(1 / (1 + math.exp(-score)))


def test_the_weight_is_as_long_as_the_classes_are_steep():
    made = logistic(np.random.default_rng(1), features=5, steepness=3.0)
    assert np.linalg.norm(made.weight) == pytest.approx(3.0)


@pytest.mark.parametrize("seed", range(3))
def test_labels_come_as_often_as_the_probabilities_say(seed):
    made = logistic(np.random.default_rng(seed), 20_000)
    for low in np.arange(0.0, 1.0, 0.25):
        chosen = (made.probabilities >= low) & (made.probabilities < low + 0.25)
        expected = made.probabilities[chosen]
        spread = np.sqrt(np.sum(expected * (1 - expected)))
        assert abs(made.labels[chosen].sum() - expected.sum()) < 6 * spread


def test_a_steep_model_is_nearly_separable():
    made = logistic(np.random.default_rng(1), 500, steepness=1e6)
    score = made.inputs @ made.weight + made.bias
    np.testing.assert_array_equal(made.labels, score > 0)


@pytest.mark.parametrize("steepness", [0.0, -1.0, math.nan])
def test_a_steepness_that_is_not_positive_is_refused(steepness):
    with pytest.raises(
        ValueError, match=f"steepness must be positive, got {steepness}"
    ):
        logistic(np.random.default_rng(1), steepness=steepness)
