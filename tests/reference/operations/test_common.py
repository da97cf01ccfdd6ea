"""What every operation must do, whichever it is."""

import numpy as np
import pytest

from reference.operations import Family, Operation, create, names
from tests.reference.numerical import check_gradient

CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
]
SEEDS = range(5)

every_operation = pytest.mark.parametrize("name", names())
every_case = pytest.mark.parametrize(("name", "conventions"), CASES)
every_variant = pytest.mark.parametrize("variant", [0, 1, 2])


def draw(operation: Operation, variant=0, seed=0):
    arrays = operation.draw(np.random.default_rng(seed), variant=variant)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def lengths(operation: Operation, arrays):
    """Return all sizes that occur, without the number of steps of an optimizer."""
    skip = {getattr(operation, "steps", None)}
    return {size for array in arrays.values() for size in array.shape} - skip


@every_case
@every_variant
def test_every_gradient_is_that_of_the_forward(name, conventions, variant):
    operation = create(name, **conventions)
    arrays = draw(operation, variant)
    answer = operation.answer(arrays)
    upstream = arrays.get("grad_out", np.asarray(1.0))
    inputs = {key: value for key, value in arrays.items() if key != "grad_out"}
    for gradient, changed in operation.gradients.items():

        def forward(value, changed=changed):
            return operation.answer({**inputs, changed: value})[operation.output]

        check_gradient(forward, arrays[changed], upstream, answer[gradient])


@every_case
@every_variant
def test_the_answer_holds_the_stated_quantities_in_float64(name, conventions, variant):
    operation = create(name, **conventions)
    answer = operation.answer(draw(operation, variant))
    assert tuple(answer) == operation.quantities
    assert {array.dtype for array in answer.values()} == {np.dtype(np.float64)}
    assert all(np.all(np.isfinite(array)) for array in answer.values())


@every_case
def test_the_same_question_has_the_same_answer(name, conventions):
    operation = create(name, **conventions)
    first, second = (operation.answer(draw(operation)) for _ in range(2))
    for quantity, value in first.items():
        np.testing.assert_array_equal(value, second[quantity])


@every_operation
def test_writing_into_an_answer_leaves_the_inputs_alone(name):
    operation = create(name)
    arrays = {key: value.copy() for key, value in draw(operation).items()}
    for value in operation.answer(arrays).values():
        value[...] = 0.0
    for key, value in draw(operation).items():
        np.testing.assert_array_equal(arrays[key], value)


@every_operation
def test_without_an_upstream_gradient_a_layer_returns_its_output_only(name):
    operation = create(name)
    arrays = dict(draw(operation))
    if arrays.pop("grad_out", None) is None:
        assert operation.family is not Family.LAYER
    else:
        assert tuple(operation.answer(arrays)) == (operation.output,)


@every_operation
@every_variant
def test_inputs_lie_on_the_grid_away_from_zero(name, variant):
    for seed in SEEDS:
        for array in draw(create(name), variant, seed).values():
            if array.dtype == np.float64:
                np.testing.assert_array_equal(array * 2**16 % 1, 0)
                assert np.min(np.abs(array)) > 0.05
            else:
                assert array.dtype == np.int64


@every_operation
def test_inputs_have_both_signs(name):
    for array in draw(create(name)).values():
        if array.size > 9 and array.dtype == np.float64:
            assert np.min(array) < 0 < np.max(array)


@every_operation
@pytest.mark.parametrize("variant", [0, 1])
def test_sizes_are_odd_and_at_least_three(name, variant):
    operation = create(name)
    sizes = lengths(operation, draw(operation, variant))
    assert all(size % 2 == 1 and size >= 3 for size in sizes)


@every_operation
@pytest.mark.parametrize("variant", [0, 1])
def test_no_array_is_square(name, variant):
    for array in draw(create(name), variant).values():
        assert len(set(array.shape)) == array.ndim


@every_operation
def test_the_two_main_variants_differ_in_every_shape(name):
    operation = create(name)
    one, other = draw(operation, 0), draw(operation, 1)
    assert one.keys() == other.keys()
    for key, array in one.items():
        assert array.shape != other[key].shape


@every_operation
def test_the_third_variant_is_a_batch_of_one(name):
    operation = create(name)
    arrays = draw(operation, 2)
    if operation.family is Family.OPTIMIZER:
        assert len(arrays["weight"]) == 1
    else:
        batched = [key for key in arrays if key not in operation.parameters]
        assert {len(arrays[key]) for key in batched} == {1}


@every_operation
def test_the_generator_decides_what_is_drawn(name):
    operation = create(name)
    one, same, other = (draw(operation, seed=seed) for seed in (1, 1, 2))
    for key, array in one.items():
        np.testing.assert_array_equal(array, same[key])
    assert any(not np.array_equal(array, other[key]) for key, array in one.items())


@every_operation
def test_the_class_describes_its_arrays(name):
    operation = create(name)
    arrays = draw(operation)
    upstream = {"grad_out"} & arrays.keys()
    assert set(operation.inputs) | upstream == arrays.keys()
    assert set(operation.parameters) | set(operation.gradients.values()) <= set(
        operation.inputs
    )


@every_operation
def test_extreme_inputs_have_a_finite_answer(name):
    operation = create(name)
    arrays = operation.extreme(np.random.default_rng(3))
    if arrays is not None:
        assert arrays.keys() == draw(operation).keys()
        answer = operation.answer(arrays)
        assert all(np.all(np.isfinite(array)) for array in answer.values())
