import numpy as np
import pytest

from reference.datasets import digits
from reference.errors import ConventionError
from reference.layers.conv2d import Conv2d
from reference.layers.linear import Linear
from reference.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from reference.networks.leaves import leaves
from reference.networks.lenet import LeNet
from reference.optimizers.momentum import Momentum
from reference.training import minibatches, predict, train
from reference.training.initial_loss import expected_initial_loss, initial_loss
from reference.training.overfitting import overfit
from tests.reference.numerical import check_gradient, on_grid


def images():
    data = digits()
    return data.images.reshape(-1, 1, 8, 8), data.labels


def test_the_sizes_on_the_way_are_those_stated():
    network = LeNet(np.random.default_rng(1))
    x, shapes = np.random.default_rng(2).normal(size=(3, 1, 8, 8)), []
    for layer in network.layers:
        x = layer.forward(x)
        shapes.append(x.shape[1:])
    assert shapes == [
        *[(6, 8, 8)] * 2,
        (6, 4, 4),
        *[(12, 4, 4)] * 2,
        (12, 2, 2),
        (48,),
        *[(32,)] * 2,
        (10,),
    ]


def test_there_are_as_many_weights_as_counted_by_hand():
    network = LeNet(np.random.default_rng(1))
    count = sum(array.size for array in network.params.values())
    kernels = 6 * (1 * 3 * 3 + 1) + 12 * (6 * 3 * 3 + 1)
    assert count == kernels + 32 * (48 + 1) + 10 * (32 + 1)


def test_weights_have_the_variance_two_over_their_inputs_and_biases_are_zero():
    network = LeNet(np.random.default_rng(1), channels=3, maps=(40, 50), hidden=60)
    for layer in network.layers:
        if not isinstance(layer, Conv2d | Linear):
            continue
        weight = layer.params["weight"]
        is_kernel = weight.ndim == 4
        inputs = weight[0].size if is_kernel else len(weight)
        spread = np.sqrt(2 / weight.size)
        assert abs(weight.var() * inputs / 2 - 1) < 6 * spread
        assert not layer.params["bias"].any()


def test_other_sizes_fit_other_images():
    network = LeNet(
        np.random.default_rng(1), side=12, channels=3, classes=4, maps=(2, 5), hidden=7
    )
    assert network.forward(np.ones((2, 3, 12, 12))).shape == (2, 4)


@pytest.mark.parametrize("name", ["x", "0.weight", "3.bias", "7.weight", "9.bias"])
def test_every_gradient_is_that_of_the_forward(name):
    settings = {"side": 4, "classes": 3, "maps": (2, 3), "hidden": 4}
    # Smooth, so that no difference can straddle a kink.
    smooth = {"activation": "tanh", "pooling": "average"}
    network = LeNet(np.random.default_rng(1), **settings, **smooth)
    rng = np.random.default_rng(2)
    x = on_grid(rng.normal(size=(2, 1, 4, 4)))
    network.params = {key: on_grid(value) for key, value in network.params.items()}
    grad_out = rng.normal(size=(2, 3))

    def forward(value):
        if name == "x":
            return network.forward(value)
        kept = network.params[name]
        network.params[name] = value
        out = network.forward(x)
        network.params[name] = kept
        return out

    network.forward(x)
    grad_x = network.backward(grad_out)
    found = {"x": grad_x, **network.grads}[name]
    at = x if name == "x" else network.params[name]
    check_gradient(forward, at, grad_out, found)


def test_an_untrained_network_knows_about_as_little_as_it_should():
    x, labels = images()
    network = LeNet(np.random.default_rng(1))
    found = initial_loss([network], SoftmaxCrossEntropy(), x, labels)
    expected = expected_initial_loss("softmax_cross_entropy", 10)
    assert abs(found - expected) < 0.5


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_it_learns_a_few_digits_by_heart(activation, pooling):
    x, labels = images()
    network = LeNet(np.random.default_rng(1), activation=activation, pooling=pooling)
    optimizer = Momentum(leaves([network]), 0.1, 0.8)
    found = overfit([network], SoftmaxCrossEntropy(), optimizer, x, labels)
    assert found.reached


def test_it_reads_digits_that_it_has_not_seen():
    (x, labels), rng = images(), np.random.default_rng(0)
    network = LeNet(rng)
    batches = minibatches(rng, 1500, 32, 10)
    optimizer = Momentum([network], 0.05, 0.9)
    loss = SoftmaxCrossEntropy()
    train([network], loss, optimizer, x[:1500], labels[:1500], batches)
    guesses = predict([network], x[1500:]).argmax(axis=1)
    assert np.mean(guesses == labels[1500:]) > 0.85


@pytest.mark.parametrize("side", [0, 6, -4])
def test_a_side_that_cannot_be_halved_twice_is_refused(side):
    with pytest.raises(ValueError, match=f"side must be a multiple of 4, got {side}"):
        LeNet(np.random.default_rng(1), side=side)


def test_choices_that_are_not_known_are_refused():
    with pytest.raises(ConventionError, match="activation must be one of relu, tanh"):
        LeNet(np.random.default_rng(1), activation="sigmoid")
    with pytest.raises(ConventionError, match="pooling must be one of max, average"):
        LeNet(np.random.default_rng(1), pooling="sum")
