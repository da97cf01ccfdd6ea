"""What every loss must do, whichever it is."""

import numpy as np
import pytest

from reference.errors import CallOrderError, DtypeError, NonFiniteError, ShapeError
from tests.reference.components import LOSS_CASES, as_tuple, drawn, real

every_loss = pytest.mark.parametrize("operation", LOSS_CASES)


@every_loss
def test_forward_returns_a_python_float(operation):
    arrays = drawn(operation)
    value = operation.loss().forward(*(arrays[name] for name in operation.inputs))
    assert type(value) is float


@every_loss
def test_writing_into_the_gradient_does_not_change_the_next_one(operation):
    arrays, loss = drawn(operation), operation.loss()
    loss.forward(*(arrays[name] for name in operation.inputs))
    first = as_tuple(loss.backward())
    kept = [array.copy() for array in first]
    for array in first:
        array[...] = 0.0
    for one, other in zip(kept, as_tuple(loss.backward()), strict=True):
        np.testing.assert_array_equal(one, other)


@every_loss
def test_backward_before_forward_is_refused(operation):
    loss = operation.loss()
    owner = type(loss).__name__
    with pytest.raises(CallOrderError, match=f"^{owner}: .*forward"):
        loss.backward()


@every_loss
def test_single_precision_gives_a_gradient_in_single_precision(operation):
    arrays = drawn(operation)
    single = {
        name: array.astype(np.float32) if array.dtype.kind == "f" else array
        for name, array in arrays.items()
    }
    right, found = operation.answer(arrays), operation.answer(single)
    for name in operation.gradients:
        assert found[name].dtype == np.float32
        scale = np.max(np.abs(right[name]))
        assert np.max(np.abs(found[name] - right[name])) < 1e-4 * scale


@every_loss
def test_integers_in_place_of_real_numbers_are_refused(operation):
    arrays = drawn(operation)
    for name in real(arrays, operation.differentiable):
        wrong = {**arrays, name: np.ones(arrays[name].shape, dtype=np.int64)}
        with pytest.raises(DtypeError, match=f"{name} must be .* got int64"):
            operation.answer(wrong)


@every_loss
def test_numbers_that_are_not_finite_are_refused(operation):
    arrays = drawn(operation)
    for name in real(arrays, operation.inputs):
        wrong = {**arrays, name: arrays[name].copy()}
        wrong[name].flat[0] = np.nan
        with pytest.raises(NonFiniteError, match=f"{name} must be finite, got nan"):
            operation.answer(wrong)


def batched_losses(test):
    """Run a test with those losses whose inputs all have the batch as first axis."""
    having = [
        case
        for case in LOSS_CASES
        if len({len(drawn(case.values[0])[n]) for n in case.values[0].inputs}) == 1
        and not case.values[0].parameters
    ]
    return pytest.mark.parametrize("operation", having)(test)


@batched_losses
def test_inputs_for_another_number_of_examples_are_refused(operation):
    arrays = drawn(operation)
    last = operation.inputs[-1]
    with pytest.raises(ShapeError) as caught:
        operation.answer({**arrays, last: arrays[last][:-1]})
    assert str(caught.value).startswith(f"{type(operation.loss()).__name__}: ")
    assert str(arrays[last][:-1].shape) in str(caught.value)


@batched_losses
def test_an_empty_batch_is_refused(operation):
    empty = {name: array[:0] for name, array in drawn(operation).items()}
    with pytest.raises(ShapeError, match=r"got \(0,"):
        operation.answer(empty)
