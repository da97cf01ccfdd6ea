import numpy as np
import pytest

from reference.errors import ConventionError
from reference.layers.linear import Linear
from reference.losses.mean_squared_error import MeanSquaredError
from reference.optimizers.sgd import SGD
from tests.reference.optimizers.paths import GRADIENTS, RTOL, START, path


def test_the_step_is_the_rate_times_the_gradient_downhill():
    layer = Linear(2, 1)
    layer.params["weight"] = np.array([[1.0], [2.0]])
    layer.grads = {"weight": np.array([[4.0], [-8.0]]), "bias": np.array([2.0])}
    SGD([layer], 0.25).step()
    np.testing.assert_array_equal(layer.params["weight"], [[0.0], [4.0]])
    np.testing.assert_array_equal(layer.params["bias"], [-0.5])


def test_a_coupled_decay_is_added_to_the_gradient():
    w, printed = START, []
    for g in GRADIENTS:
        w = w - 0.25 * (g + 0.5 * w)
        printed.append(w)
    found = path(lambda layers: SGD(layers, 0.25, "coupled", weight_decay=0.5))
    np.testing.assert_allclose(found, printed, rtol=RTOL)


def test_the_decay_of_colorado_state_has_the_strength_of_the_step():
    # CS 510, lecture 12: w <- (1 - alpha) w - alpha g, and b likewise.
    alpha, w, printed = 0.25, START, []
    for g in GRADIENTS:
        w = (1 - alpha) * w - alpha * g
        printed.append(w)
    found = path(lambda layers: SGD(layers, alpha, "csu"))
    np.testing.assert_allclose(found, printed, rtol=RTOL)


@pytest.mark.parametrize("decay", ["none", "csu"])
def test_the_strength_of_a_decay_counts_only_where_it_is_coupled(decay):
    with_it = path(lambda layers: SGD(layers, 0.25, decay, weight_decay=0.5))
    assert with_it == path(lambda layers: SGD(layers, 0.25, decay))


def test_a_rate_over_n_for_a_sum_is_the_rate_for_an_average():
    # Penn CIS 4190/5190, lecture 12, prints alpha/n with the sum over n examples.
    x, targets = np.array([[1.0], [2.0], [-4.0], [0.5]]), np.ones((4, 1))
    weights = []
    for scaling, lr in (("sum", 0.125 / 4), ("mean", 0.125)):
        layer, loss = Linear(1, 1), MeanSquaredError(scaling)
        loss.forward(layer.forward(x), targets)
        layer.backward(loss.backward())
        SGD([layer], lr).step()
        weights.append(float(layer.params["weight"][0, 0]))
    assert weights[0] == weights[1] != 0


@pytest.mark.parametrize("strength", [-0.5, float("nan"), float("inf")])
def test_a_strength_that_is_no_number_from_zero_on_is_refused(strength):
    with pytest.raises(
        ValueError, match=f"^SGD: weight_decay must be at least 0, got {strength}$"
    ):
        SGD([], 0.25, "coupled", strength)


def test_an_unknown_decay_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError) as caught:
        SGD([], 0.25, "decoupled")
    assert str(caught.value) == (
        "SGD: decay must be one of none, coupled, csu, got 'decoupled'"
    )
