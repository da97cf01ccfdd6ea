"""What every initialiser must do, whichever it is."""

import numpy as np
import pytest

import reference.initializers
from reference.discovery import public_classes
from reference.errors import DtypeError, ShapeError
from reference.operations import Family, create, names

CASES = [
    pytest.param(create(name, **conventions), id=f"{name}-{number}")
    for name in names()
    if create(name).family is Family.INITIALIZER
    for number, conventions in enumerate(type(create(name)).example_conventions)
]
INITIALIZERS = public_classes(reference.initializers)

every_case = pytest.mark.parametrize("operation", CASES)
every_variant = pytest.mark.parametrize("variant", [0, 1, 2])


def asked(operation, variant=0):
    arrays = operation.draw(np.random.default_rng(0), variant=variant)
    return arrays, tuple(arrays["shape"].tolist())


def sample(operation, shape, seed=5):
    return operation.sample(np.random.default_rng(seed), shape)


def test_every_initialiser_answers_for_some_operation():
    made = {type(case.values[0].initializer()) for case in CASES}
    assert set(INITIALIZERS) == made


@pytest.mark.parametrize("component", INITIALIZERS, ids=lambda cls: cls.__name__)
def test_every_initialiser_shows_an_example(component):
    assert ">>> " in component.__doc__


@every_case
@every_variant
@pytest.mark.parametrize("seed", range(3))
def test_the_moments_of_a_draw_are_within_six_standard_errors(operation, variant, seed):
    arrays, shape = asked(operation, variant)
    right = operation.answer(arrays)
    values = sample(operation, shape, seed)
    centred = values - values.mean()
    # Standard errors as the sample itself tells them: of the mean from its variance,
    # of the variance from its fourth moment.
    mean_error = np.sqrt(centred.var() / values.size)
    variance_error = np.sqrt((np.mean(centred**4) - centred.var() ** 2) / values.size)
    assert values.size >= 10_000
    assert abs(values.mean() - right["mean"]) <= 6 * mean_error + 1e-15
    assert abs(values.var() - right["variance"]) <= 6 * variance_error + 1e-15


@every_case
def test_the_six_standard_errors_are_narrow_enough_to_see_a_tenth(operation):
    arrays, shape = asked(operation)
    values = sample(operation, shape)
    variance = operation.answer(arrays)["variance"]
    # Normal entries have the widest error of the distributions that are drawn here.
    assert 6 * np.sqrt(2 / values.size) < 0.1
    assert abs(values.var() - variance) <= 0.1 * variance + 1e-15


@every_case
def test_a_draw_is_a_new_float64_array_of_the_shape_asked_for(operation):
    _, shape = asked(operation)
    one, other = sample(operation, shape), sample(operation, shape)
    assert one.shape == shape
    assert one.dtype == np.float64
    assert not np.shares_memory(one, other)


@every_case
def test_the_generator_decides_what_is_drawn(operation):
    _, shape = asked(operation)
    one, same = sample(operation, shape, 1), sample(operation, shape, 1)
    np.testing.assert_array_equal(one, same)
    varies = operation.answer(asked(operation)[0])["variance"] > 0
    assert np.array_equal(one, sample(operation, shape, 2)) != varies


@every_case
def test_two_draws_from_one_generator_differ(operation):
    arrays, shape = asked(operation)
    rng = np.random.default_rng(3)
    first, second = operation.sample(rng, shape), operation.sample(rng, shape)
    varies = operation.answer(arrays)["variance"] > 0
    assert np.array_equal(first, second) != varies


@every_case
@pytest.mark.parametrize("lengths", [(3, 0), (), (0, 2, 3, 3)])
def test_a_shape_without_entries_is_refused(operation, lengths):
    owner = type(operation.initializer()).__name__
    message = f"^{owner}: shape must be lengths of at least 1, got "
    shape = np.array(lengths, dtype=np.int64)
    with pytest.raises(ShapeError, match=message):
        operation.answer({"shape": shape})
    with pytest.raises(ShapeError, match=message):
        sample(operation, lengths)


@every_case
def test_lengths_that_are_no_integers_are_refused(operation):
    owner = type(operation).__name__
    with pytest.raises(DtypeError) as caught:
        operation.answer({"shape": np.array([3.0, 5.0])})
    assert str(caught.value) == f"{owner}: shape must be integers, got float64"
    with pytest.raises(DtypeError, match="shape must be integers, got tuple"):
        operation.answer({"shape": (3, 5)})


@every_case
def test_a_table_of_lengths_is_refused(operation):
    with pytest.raises(ShapeError, match=r"shape must be one list, got \(1, 2\)"):
        operation.answer({"shape": np.array([[3, 5]])})
