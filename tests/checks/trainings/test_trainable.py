"""A training check refuses parts that it cannot put together."""

import pytest

from grader.checks.component import Component
from grader.checks.presentation import scales
from grader.checks.presentation.arrangement import Arrangement, Presentation
from grader.checks.trainings.trainable import wrong_parts

PARTS = {
    "Linear": Component("Linear", "linear"),
    "Bare": Component("Bare", "linear", convention={"bias": "none"}),
    "ReLU": Component("ReLU", "relu"),
    "Conv": Component("Conv", "conv2d"),
    "Norm": Component("Norm", "batch_norm"),
    "Cell": Component("Cell", "rnn_cell"),
    "Sum": Component("Sum", "logsumexp"),
    "CE": Component("CE", "softmax_cross_entropy"),
    "Rows": Component(
        "Rows", "softmax_cross_entropy", convention={"labels": "one_hot"}
    ),
    "MSE": Component("MSE", "mean_squared_error"),
    "SGD": Component("SGD", "sgd"),
    "Columns": Component(
        "Columns", "linear", arrangement=Arrangement({"x": Presentation(axes=(1, 0))})
    ),
    "Negative": Component(
        "Negative",
        "softmax_cross_entropy",
        arrangement=Arrangement({}, {"grad_logits": scales.parse("-1")}),
    ),
}


class Params:
    def __init__(self, layers=("Linear", "ReLU", "Linear"), loss="CE", optimizer="SGD"):
        self.layers, self.loss, self.optimizer = layers, loss, optimizer


def test_affine_layers_and_activations_over_labels_can_be_trained():
    assert wrong_parts(Params(), PARTS) == []


def test_a_product_without_a_bias_can_be_trained():
    assert wrong_parts(Params(layers=("Bare", "ReLU", "Linear")), PARTS) == []


@pytest.mark.parametrize("name", ["Conv", "Norm", "Cell", "Sum"])
def test_a_layer_that_is_not_one_of_rows_is_refused_at_its_place(name):
    ((path, reason),) = wrong_parts(Params(layers=("Linear", name)), PARTS)
    assert path == ("layers", 1)
    assert reason.startswith(f"must be a layer of rows: {name!r}")


@pytest.mark.parametrize("name", ["Rows", "MSE"])
def test_a_loss_that_does_not_take_labels_is_refused(name):
    ((path, reason),) = wrong_parts(Params(loss=name), PARTS)
    assert path == ("loss",)
    assert f"which {name!r} is not" in reason


def test_parts_of_another_family_are_named():
    wrong = wrong_parts(Params(layers=("SGD",), loss="ReLU", optimizer="CE"), PARTS)
    assert [path for path, _ in wrong] == [("layers", 0), ("loss",), ("optimizer",)]
