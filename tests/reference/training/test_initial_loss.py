import math

import numpy as np
import pytest

from reference.datasets import digits
from reference.errors import ConventionError
from reference.initializers.small_normal import SmallNormal
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from reference.training.initial_loss import expected_initial_loss, initial_loss


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_softmax_gives_every_class_the_same_share(classes):
    expected = -math.log(math.exp(0.7) / sum(math.exp(0.7) for _ in range(classes)))
    found = expected_initial_loss("softmax_cross_entropy", classes)
    assert found == pytest.approx(expected)
    scores, labels = np.full((4, classes), 0.7), np.arange(4) % classes
    assert SoftmaxCrossEntropy().forward(scores, labels) == pytest.approx(found)


@pytest.mark.parametrize("classes", [2, 3, 10])
@pytest.mark.parametrize("margin", [1.0, 0.5])
def test_the_hinge_adds_up_the_margin_over_all_wrong_classes(classes, margin):
    right = classes - 1
    scores = [0.7] * classes
    expected = sum(
        max(0.0, scores[other] - scores[right] + margin)
        for other in range(classes)
        if other != right
    )
    found = expected_initial_loss("multiclass_hinge", classes, margin)
    assert found == pytest.approx(expected)


def test_binary_cross_entropy_starts_at_the_logarithm_of_two():
    found = expected_initial_loss("binary_cross_entropy", 2)
    assert found == pytest.approx(-math.log(0.5))
    assert expected_initial_loss("binary_cross_entropy", 7) == found


@pytest.mark.parametrize(("classes", "margin"), [(1, 1.0), (3, 0.0), (3, math.nan)])
def test_numbers_out_of_range_are_refused(classes, margin):
    with pytest.raises(ValueError, match=f"got {classes} and {margin}"):
        expected_initial_loss("multiclass_hinge", classes, margin)


def test_another_loss_is_refused():
    with pytest.raises(ConventionError, match="loss must be one of softmax_cross_entr"):
        expected_initial_loss("mean_squared_error", 3)


def digits_loss(std):
    rng, data = np.random.default_rng(2), digits()
    layers = [Linear(64, 20), ReLU(), Linear(20, 10)]
    for layer in layers[::2]:
        shape = layer.params["weight"].shape
        layer.params["weight"] = SmallNormal(std).sample(rng, shape)
    return initial_loss(layers, SoftmaxCrossEntropy(), data.images, data.labels)


def test_a_network_with_small_weights_starts_at_the_expected_loss():
    expected = expected_initial_loss("softmax_cross_entropy", 10)
    assert digits_loss(0.01) == pytest.approx(expected, abs=1e-3)


def test_a_network_with_large_weights_does_not():
    assert digits_loss(1.0) > 2 * expected_initial_loss("softmax_cross_entropy", 10)


class Moody:
    def __init__(self):
        self.params, self.grads = {}, {}
        self.mode, self.seen = "evaluation", []

    def forward(self, x):
        self.seen.append(self.mode)
        return x


def test_the_loss_is_measured_in_training_mode():
    layer = Moody()
    initial_loss([layer], SoftmaxCrossEntropy(), np.ones((2, 3)), np.array([0, 1]))
    assert layer.seen == ["training"]
