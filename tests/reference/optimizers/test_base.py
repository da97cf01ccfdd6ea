import numpy as np
import pytest

from reference.errors import CallOrderError
from reference.layers.linear import Linear
from reference.optimizers.momentum import Momentum
from reference.optimizers.sgd import SGD


def layer():
    made = Linear(2, 1)
    made.grads = {"weight": np.array([[1.0], [2.0]]), "bias": np.array([3.0])}
    return made


def test_a_step_that_raises_changes_nothing():
    first, second = layer(), layer()
    del second.grads["bias"]
    optimizer = Momentum([first, second], 0.5, 0.5)
    with pytest.raises(CallOrderError):
        optimizer.step()
    assert not first.params["weight"].any()

    second.grads["bias"] = np.array([3.0])
    optimizer.step()

    np.testing.assert_array_equal(first.params["weight"], [[-0.5], [-1.0]])


def test_the_rate_may_be_assigned_between_steps():
    held = layer()
    optimizer = SGD([held], 0.5)
    optimizer.step()
    optimizer.lr = 0.25
    optimizer.step()
    np.testing.assert_array_equal(held.params["bias"], [-2.25])


def test_a_schedule_may_end_at_a_rate_of_zero():
    held = layer()
    optimizer = SGD([held], 0.5)
    optimizer.lr = 0.0
    optimizer.step()
    np.testing.assert_array_equal(held.params["bias"], [0.0])


@pytest.mark.parametrize("lr", [-0.5, float("nan")])
def test_a_rate_below_zero_is_refused_between_steps(lr):
    optimizer = SGD([], 0.5)
    with pytest.raises(ValueError, match=f"^SGD: lr must be at least 0, got {lr}$"):
        optimizer.lr = lr
    assert optimizer.lr == 0.5


def test_a_rate_from_an_array_does_not_widen_single_precision():
    held = layer()
    held.params = {k: v.astype(np.float32) for k, v in held.params.items()}
    held.grads = {k: v.astype(np.float32) for k, v in held.grads.items()}
    optimizer = SGD([held], 0.5)
    optimizer.lr = np.array([0.25])[0]
    optimizer.step()
    assert held.params["weight"].dtype == np.float32
