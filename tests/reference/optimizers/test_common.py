"""What every optimizer must do, whichever it is."""

import numpy as np
import pytest

from reference.errors import (
    CallOrderError,
    ConventionError,
    NonFiniteError,
    ShapeError,
)
from reference.operations import create
from tests.reference.components import OPTIMIZER_CASES, drawn, frozen

every_optimizer = pytest.mark.parametrize("operation", OPTIMIZER_CASES)


class Holder:
    """A layer as an optimizer sees it."""

    def __init__(self, rng, **shapes):
        self.params = frozen({n: rng.normal(size=s) for n, s in shapes.items()})
        self.grads = frozen({n: rng.normal(size=s) for n, s in shapes.items()})


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def holders(rng):
    return [
        Holder(rng, weight=(3, 5), bias=(5,)),
        Holder(rng),
        Holder(rng, weight=(5, 3)),
    ]


@every_optimizer
def test_gradients_may_be_written_into_after_a_step(operation, rng):
    kept, reused = holders(rng), holders(np.random.default_rng(20))
    gradients = [rng.normal(size=(3, 5)) for _ in range(4)]
    buffer = np.empty((3, 5))
    reused[0].grads["weight"] = buffer
    one, other = operation.optimizer(kept), operation.optimizer(reused)
    for gradient in gradients:
        kept[0].grads["weight"] = gradient
        buffer[...] = gradient
        one.step()
        other.step()
    np.testing.assert_array_equal(kept[0].params["weight"], reused[0].params["weight"])


@every_optimizer
def test_parameters_do_not_influence_each_other(operation, rng):
    together = holders(rng)
    alone = Holder(rng, weight=(5, 3))
    alone.params, alone.grads = dict(together[2].params), together[2].grads
    both = operation.optimizer(together), operation.optimizer([alone])
    for optimizer in both * 3:
        optimizer.step()
    np.testing.assert_array_equal(together[2].params["weight"], alone.params["weight"])


@every_optimizer
def test_single_precision_stays_single_precision(operation):
    arrays = drawn(operation)
    single = {name: array.astype(np.float32) for name, array in arrays.items()}
    right, found = operation.answer(arrays), operation.answer(single)
    for name, value in found.items():
        assert value.dtype == np.float32
        assert np.max(np.abs(value - right[name])) < 1e-4 * np.max(np.abs(right[name]))


@every_optimizer
def test_step_before_backward_is_refused(operation, rng):
    layers = holders(rng)
    del layers[2].grads["weight"]
    with pytest.raises(CallOrderError, match="layer 2 has no gradient for 'wei"):
        operation.optimizer(layers).step()


@every_optimizer
def test_a_gradient_of_another_shape_is_refused(operation, rng):
    layers = holders(rng)
    layers[0].grads["bias"] = np.ones((3, 5))
    with pytest.raises(ShapeError, match=r"'bias' must be \(5,\), got \(3, 5\)"):
        operation.optimizer(layers).step()


@every_optimizer
def test_a_gradient_that_is_not_finite_is_refused(operation, rng):
    layers = holders(rng)
    layers[0].grads["bias"] = np.full(5, np.nan)
    with pytest.raises(NonFiniteError, match=r"'bias' must be finite, got nan"):
        operation.optimizer(layers).step()


@pytest.mark.parametrize("lr", [0.0, -0.1, float("nan")])
@pytest.mark.parametrize(
    "operation", [case for case in OPTIMIZER_CASES if "-0" in case.id]
)
def test_a_rate_that_is_not_positive_is_refused(operation, lr):
    settings = {**operation.sizes({}), "lr": lr}
    with pytest.raises(ConventionError, match="lr must be positive, got"):
        create(operation.name, **settings)


@every_optimizer
def test_the_first_step_from_zero_goes_against_each_gradient(operation, rng):
    layers = holders(rng)
    for layer in layers:
        layer.params = {name: np.zeros_like(p) for name, p in layer.params.items()}
    operation.optimizer(layers).step()
    for layer in layers:
        for name, gradient in layer.grads.items():
            moved = np.sign(layer.params[name])
            np.testing.assert_array_equal(moved, -np.sign(gradient))
