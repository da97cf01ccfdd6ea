"""What every layer must do, whichever it is."""

import numpy as np
import pytest

from reference.errors import CallOrderError, DtypeError, NonFiniteError, ShapeError
from tests.reference.components import LAYER_CASES, as_tuple, drawn, real

every_layer = pytest.mark.parametrize("operation", LAYER_CASES)


class Ran:
    """A layer after its forward, and what to give to its backward."""

    def __init__(self, operation):
        self.operation = operation
        self.arrays = drawn(operation)
        self.layer = operation.layer(self.arrays)
        self.inputs = [self.arrays[name] for name in operation.arguments]
        self.outputs = as_tuple(self.layer.forward(*self.inputs))
        self.upstreams = operation.upstreams(self.arrays)

    def backward(self, *upstreams):
        returned = self.layer.backward(*(upstreams or self.upstreams.values()))
        given = [array for array in as_tuple(returned) if array is not None]
        return [*given, *self.layer.grads.values()]


def with_backward(test):
    """Run a test with those layers that have gradients."""
    having = [case for case in LAYER_CASES if case.values[0].differentiable]
    return pytest.mark.parametrize("operation", having)(test)


@every_layer
def test_parameters_and_their_gradients_have_the_same_names(operation):
    ran = Ran(operation)
    assert set(ran.layer.params) == set(operation.parameters)
    if operation.differentiable:
        ran.backward()
        assert ran.layer.grads.keys() == ran.layer.params.keys()


@with_backward
def test_a_second_backward_gives_the_same_gradients_again(operation):
    ran = Ran(operation)
    for one, other in zip(ran.backward(), ran.backward(), strict=True):
        np.testing.assert_array_equal(one, other)


@with_backward
def test_backward_is_homogeneous_to_the_last_digit(operation):
    ran = Ran(operation)
    single = ran.backward()
    double = ran.backward(*(2 * upstream for upstream in ran.upstreams.values()))
    for one, two in zip(single, double, strict=True):
        np.testing.assert_array_equal(2 * one, two)


@with_backward
def test_writing_into_the_output_does_not_disturb_backward(operation):
    ran = Ran(operation)
    before = [array.copy() for array in ran.backward()]
    for out in ran.outputs:
        if out.flags.writeable:
            out[...] = 0.0
    for one, other in zip(before, ran.backward(), strict=True):
        np.testing.assert_array_equal(one, other)


@with_backward
def test_writing_into_a_gradient_does_not_disturb_the_next_backward(operation):
    ran = Ran(operation)
    kept = [array.copy() for array in ran.backward()]
    for array in ran.backward():
        if array.flags.writeable:
            array[...] = 0.0
    for one, other in zip(kept, ran.backward(), strict=True):
        np.testing.assert_array_equal(one, other)


@with_backward
def test_backward_before_forward_is_refused(operation):
    ran = Ran(operation)
    fresh = operation.layer(ran.arrays)
    owner = type(fresh).__name__
    with pytest.raises(CallOrderError, match=f"^{owner}: .*forward"):
        fresh.backward(*ran.upstreams.values())


@with_backward
def test_an_upstream_gradient_of_another_shape_is_refused(operation):
    ran = Ran(operation)
    for position, (name, upstream) in enumerate(ran.upstreams.items()):
        wrong = list(ran.upstreams.values())
        wrong[position] = np.zeros((*upstream.shape, 2))
        with pytest.raises(ShapeError) as caught:
            ran.backward(*wrong)
        owner = type(ran.layer).__name__
        assert str(caught.value).startswith(f"{owner}: grad_{name} must be")
        assert str(upstream.shape) in str(caught.value)
        assert str(wrong[position].shape) in str(caught.value)


@every_layer
def test_a_parameter_of_another_shape_is_refused(operation):
    ran = Ran(operation)
    for name in operation.parameters:
        wrong = np.zeros((2, *ran.arrays[name].shape, 2))
        layer = operation.layer(ran.arrays)
        layer.params = {**layer.params, name: wrong}
        with pytest.raises(ShapeError) as caught:
            layer.forward(*ran.inputs)
        assert name in str(caught.value)
        assert str(wrong.shape) in str(caught.value)


@every_layer
def test_integers_in_place_of_real_numbers_are_refused(operation):
    arrays = drawn(operation)
    for name in real(arrays, operation.arguments):
        wrong = {**arrays, name: np.ones(arrays[name].shape, dtype=np.int64)}
        with pytest.raises(DtypeError, match=f"{name} must be .* got int64"):
            operation.answer(wrong)


@every_layer
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(operation, value):
    arrays = drawn(operation)
    given = (*operation.arguments, *operation.parameters)
    upstreams = [f"grad_{name}" for name in operation.upstreams(arrays)]
    watched = [*given, *upstreams] if operation.differentiable else given
    for name in real(arrays, watched):
        wrong = {**arrays, name: arrays[name].copy()}
        wrong[name].flat[0] = value
        with pytest.raises(NonFiniteError, match=f"{name} must be finite, got"):
            operation.answer(wrong)


@every_layer
def test_single_precision_stays_single_precision(operation):
    arrays = drawn(operation)
    single = {
        name: array.astype(np.float32) if array.dtype.kind == "f" else array
        for name, array in arrays.items()
    }
    right, found = operation.answer(arrays), operation.answer(single)
    for name, value in found.items():
        wanted = np.float32 if right[name].dtype == np.float64 else right[name].dtype
        assert value.dtype == wanted, name
        scale = max(np.max(np.abs(right[name]), initial=0.0), 1.0)
        assert np.max(np.abs(value - right[name]), initial=0.0) < 1e-4 * scale
