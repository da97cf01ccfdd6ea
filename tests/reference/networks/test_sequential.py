import numpy as np
import pytest

from reference.errors import CallOrderError, ShapeError
from reference.layers.dropout import Dropout
from reference.layers.linear import Linear
from reference.layers.relu import ReLU
from reference.layers.tanh import Tanh
from reference.losses.mean_squared_error import MeanSquaredError
from reference.networks.leaves import leaves
from reference.networks.sequential import Sequential
from reference.optimizers.momentum import Momentum
from reference.training import train
from tests.reference.numerical import check_gradient, on_grid


def network(seed=1):
    rng = np.random.default_rng(seed)
    inner = Sequential([Linear(4, 5, rng), ReLU()])
    return Sequential([Linear(3, 4, rng), Tanh(), inner, Linear(5, 2, rng)])


@pytest.fixture
def x():
    return on_grid(np.random.default_rng(2).normal(size=(6, 3)))


def test_forward_and_backward_pass_through_every_layer(x):
    built = network()
    first, tanh, inner, last = built.layers
    hidden = inner.forward(tanh.forward(first.forward(x)))
    np.testing.assert_array_equal(built.forward(x), last.forward(hidden))
    grad_out = np.random.default_rng(3).normal(size=(6, 2))
    found = built.backward(grad_out)
    expected = inner.backward(last.backward(grad_out))
    np.testing.assert_array_equal(found, first.backward(tanh.backward(expected)))


def test_the_gradient_is_that_of_the_forward(x):
    rng = np.random.default_rng(3)
    built, grad_out = network(), rng.normal(size=(6, 2))
    built.forward(x)
    grad_x = built.backward(grad_out)
    check_gradient(network().forward, x, grad_out, grad_x)


def test_parameters_are_joined_under_position_and_name():
    built = network()
    assert list(built.params) == [
        "0.weight",
        "0.bias",
        "2.0.weight",
        "2.0.bias",
        "3.weight",
        "3.bias",
    ]
    inner = built.layers[2].layers[0]
    assert built.params["2.0.weight"] is inner.params["weight"]


def test_gradients_have_the_names_of_the_parameters(x):
    built = network()
    assert built.grads == {}
    built.forward(x)
    built.backward(np.ones((6, 2)) * [[1.0, -2.0]])
    assert built.grads.keys() == built.params.keys()
    assert built.grads["3.bias"] is built.layers[3].grads["bias"]


def test_assigning_to_a_joined_name_reaches_the_layer_that_owns_it():
    built = network()
    built.params["2.0.bias"] = np.full(5, 7.0)
    built.params.update({"3.bias": np.array([8.0, 9.0])})
    built.grads["0.bias"] = np.full(4, 6.0)
    inner = built.layers[2].layers[0]
    np.testing.assert_array_equal(inner.params["bias"], np.full(5, 7.0))
    np.testing.assert_array_equal(built.layers[3].params["bias"], [8.0, 9.0])
    np.testing.assert_array_equal(built.layers[0].grads["bias"], np.full(4, 6.0))


def test_what_was_read_before_shows_what_is_assigned_through_it():
    view = network().params
    view["0.bias"] = np.full(4, 7.0)
    np.testing.assert_array_equal(view["0.bias"], np.full(4, 7.0))


def test_assigning_all_parameters_or_gradients_divides_them_among_the_layers():
    built, other = network(), network(seed=5)
    built.params = other.params
    built.grads = {name: 2 * array for name, array in other.params.items()}
    for name, array in other.params.items():
        assert built.params[name] is array
        np.testing.assert_array_equal(built.grads[name], 2 * array)
    built.grads = {}
    assert built.layers[2].layers[0].grads == {}


@pytest.mark.parametrize("name", ["weight", "9.weight", "0.", "-1.weight", "x.weight"])
def test_a_name_that_belongs_to_no_layer_is_refused(name):
    built = network()
    with pytest.raises(ValueError, match="position of a layer and a name") as caught:
        built.params[name] = np.ones(3)
    assert str(caught.value).endswith(f"got {name!r}")
    with pytest.raises(ValueError, match="position of a layer and a name"):
        built.params = {name: np.ones(3)}


def trained(handed):
    """Train with what an optimizer is handed and return the parameters."""
    built, rng = network(), np.random.default_rng(6)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    optimizer = Momentum(handed(built), 0.1, 0.8)
    train([built], MeanSquaredError(), optimizer, x, y, [np.arange(6)] * 5)
    return built.params


def test_an_optimizer_may_be_given_the_network_or_its_layers():
    start = network().params
    whole = trained(lambda built: [built])
    for handed in (lambda built: built.layers, lambda built: leaves([built])):
        for name, array in trained(handed).items():
            np.testing.assert_array_equal(array, whole[name])
            assert not np.array_equal(array, start[name])


def test_modes_reach_every_layer_that_has_one(x):
    inner = Dropout(0.5, np.random.default_rng(1))
    outer = Dropout(0.5, np.random.default_rng(2))
    built = Sequential([Linear(3, 3), Sequential([inner, ReLU()]), outer])
    assert built.mode == "training"
    built.evaluate()
    assert (inner.mode, outer.mode, built.layers[1].mode) == ("evaluation",) * 3
    assert not hasattr(built.layers[0], "mode")
    built.train()
    assert (inner.mode, outer.mode, built.layers[1].mode) == ("training",) * 3


def test_evaluation_switches_dropout_off():
    built = Sequential([Dropout(0.5, np.random.default_rng(1))])
    x = np.full((1, 50), 3.0)
    assert not np.array_equal(built.forward(x), x)
    built.evaluate()
    np.testing.assert_array_equal(built.forward(x), x)


def test_leaves_are_the_innermost_layers_in_order():
    built = network()
    first, tanh, inner, last = built.layers
    found = leaves([built, first])
    assert found == [first, tanh, *inner.layers, last, first]


def test_without_layers_the_output_is_the_input():
    built, x = Sequential([]), np.ones((2, 3))
    assert built.forward(x) is x
    assert built.params == {}


def test_backward_before_forward_is_refused():
    with pytest.raises(
        CallOrderError, match="Sequential: call forward before backward"
    ):
        Sequential([]).backward(np.ones((2, 3)))


def test_an_input_that_does_not_fit_is_refused_by_the_layer_it_does_not_fit():
    with pytest.raises(ShapeError, match=r"Linear: x must be \(N, 3\), got \(6, 4\)"):
        network().forward(np.ones((6, 4)))
