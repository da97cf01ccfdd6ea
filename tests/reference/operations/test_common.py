"""What every operation must do, whichever it is."""

from itertools import product

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.operations import Family, Operation, create, names
from tests.reference.numerical import UNIT, check_gradient

CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
]
SEEDS = range(5)

every_operation = pytest.mark.parametrize("name", names())
every_case = pytest.mark.parametrize(("name", "conventions"), CASES)
VARIANTS = (0, 1, 2)


def draw(operation: Operation, variant=0, seed=0):
    arrays = operation.draw(np.random.default_rng(seed), variant=variant)
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


@every_case
def test_every_gradient_is_that_of_the_forward(name, conventions):
    operation = create(name, **conventions)
    for variant in VARIANTS:
        check_gradients(operation, draw(operation, variant))


def check_gradients(operation, arrays):
    answer = operation.answer(arrays)
    upstreams = operation.upstreams(arrays)
    inputs = {key: value for key, value in arrays.items() if key in operation.inputs}
    for gradient, changed in operation.gradients.items():
        # Several outputs are differenced as one long one.
        def forward(value, changed=changed):
            found = operation.answer({**inputs, changed: value})
            wanted = upstreams or {operation.output: None}
            return np.concatenate([found[output].ravel() for output in wanted])

        weights = [value.ravel() for value in upstreams.values()] or [np.ones(1)]
        check_gradient(
            forward, arrays[changed], np.concatenate(weights), answer[gradient]
        )


@every_case
def test_the_answer_holds_the_stated_quantities_in_float64(name, conventions):
    operation = create(name, **conventions)
    for arrays in (draw(operation, variant) for variant in VARIANTS):
        answer = operation.answer(arrays)
        assert tuple(answer) == operation.quantities
        for array in answer.values():
            assert array.dtype in (np.float64, np.int64)
            assert np.all(np.isfinite(array))
        for gradient, source in operation.gradients.items():
            assert answer[gradient].dtype == np.float64
            assert answer[gradient].shape == arrays[source].shape


@every_case
def test_the_same_question_has_the_same_answer(name, conventions):
    operation = create(name, **conventions)
    first, second = (operation.answer(draw(operation)) for _ in range(2))
    for quantity, value in first.items():
        np.testing.assert_array_equal(value, second[quantity])


@every_case
def test_every_relation_holds(name, conventions):
    operation = create(name, **conventions)
    for seed, relation in product(range(3), operation.relations):
        rng = np.random.default_rng(seed)
        asked = relation.questions(rng, draw(operation, seed=seed))
        answers = [operation.answer(arrays) for arrays in asked]
        pairs = relation.pairs(asked, answers)
        assert pairs
        largest = max(
            np.max(np.abs(value), initial=0.0)
            for found in answers
            for value in found.values()
        )
        for pair, (left, right) in pairs.items():
            assert left.shape == right.shape
            # A thousand roundings of the largest number in any of the answers.
            error = np.max(np.abs(left - right), initial=0.0)
            allowed = 2.0**10 * UNIT * largest
            assert error <= allowed, f"{relation.name}: {pair}, seed {seed}"


@every_case
def test_no_input_lies_near_a_point_without_a_derivative(name, conventions):
    operation = create(name, **conventions)
    for variant, seed in product(VARIANTS, SEEDS):
        # The farthest that a central difference of these tests reaches is 2**-11.
        assert operation.margin(draw(operation, variant, seed)) >= 2.0**-8


@every_operation
def test_a_margin_is_explained_in_words_and_words_are_backed_by_a_margin(name):
    cases = [create(name, **set_) for set_ in type(create(name)).example_conventions]
    has_kinks = any(np.isfinite(case.margin(draw(case))) for case in cases)
    assert has_kinks == bool(create(name).not_differentiable)


@every_operation
def test_every_operation_states_its_formula(name):
    assert create(name).formula.strip()


@every_case
def test_writing_into_an_answer_leaves_the_inputs_alone(name, conventions):
    operation = create(name, **conventions)
    arrays = {key: value.copy() for key, value in draw(operation).items()}
    for value in operation.answer(arrays).values():
        if value.flags.writeable:
            value[...] = 0
    for key, value in draw(operation).items():
        np.testing.assert_array_equal(arrays[key], value)


@every_case
def test_without_an_upstream_gradient_a_layer_returns_its_outputs_only(
    name, conventions
):
    operation = create(name, **conventions)
    arrays = dict(draw(operation))
    for output in operation.upstreams(arrays):
        del arrays[f"grad_{output}"]
    if operation.family is Family.LAYER:
        assert tuple(operation.answer(arrays)) == operation.outputs


@every_case
def test_inputs_lie_on_the_grid_away_from_zero(name, conventions):
    operation = create(name, **conventions)
    for variant, seed in product(VARIANTS, SEEDS):
        for array in draw(operation, variant, seed).values():
            if array.dtype == np.float64:
                np.testing.assert_array_equal(array * 2**16 % 1, 0)
                assert np.min(np.abs(array)) > 0.05
            else:
                assert array.dtype in (np.int64, np.bool_)


@every_case
def test_upstream_gradients_have_both_signs(name, conventions):
    operation = create(name, **conventions)
    for array in operation.upstreams(draw(operation)).values():
        if array.dtype == np.float64 and array.size > 9:
            assert np.min(array) < 0 < np.max(array)


@every_case
def test_no_array_has_two_axes_of_one_length(name, conventions):
    operation = create(name, **conventions)
    for variant in (0, 1):
        for key, array in draw(operation, variant).items():
            same = len(set(array.shape)) < array.ndim
            assert same == (key in operation.square), (key, variant)
            assert 0 not in array.shape


@every_case
def test_the_two_main_variants_differ_in_every_shape(name, conventions):
    operation = create(name, **conventions)
    one, other = draw(operation, 0), draw(operation, 1)
    assert one.keys() == other.keys()
    for key, array in one.items():
        if operation.family is Family.INITIALIZER:
            assert not np.array_equal(array, other[key])
        else:
            assert array.ndim == 0 or array.shape != other[key].shape


@every_case
def test_the_third_variant_is_the_smallest_batch(name, conventions):
    operation = create(name, **conventions)
    arrays = draw(operation, 2)
    held = (*operation.parameters, *operation.states)
    if operation.family is Family.OPTIMIZER:
        assert len(arrays["weight"]) == 1
    elif operation.family in (Family.LAYER, Family.LOSS):
        batched = [key for key in arrays if key not in held]
        lengths = {len(arrays[key]) for key in batched if arrays[key].ndim}
        assert operation.smallest_batch in lengths or not lengths


@every_operation
def test_the_generator_decides_what_is_drawn(name):
    operation = create(name)
    one, same, other = (draw(operation, seed=seed) for seed in (1, 1, 2))
    for key, array in one.items():
        np.testing.assert_array_equal(array, same[key])
    if any(array.dtype == np.float64 for array in one.values()):
        assert any(not np.array_equal(array, other[key]) for key, array in one.items())


@every_case
def test_the_attributes_describe_the_arrays(name, conventions):
    operation = create(name, **conventions)
    arrays = draw(operation)
    upstreams = {f"grad_{output}" for output in operation.upstreams(arrays)}
    if operation.family is Family.OPTIMIZER:
        upstreams = set()
    assert set(operation.inputs) | upstreams == arrays.keys()
    held = {*operation.parameters, *operation.states, *operation.differentiable}
    assert held <= set(operation.inputs)


@every_case
def test_extreme_inputs_have_a_finite_answer(name, conventions):
    operation = create(name, **conventions)
    arrays = operation.extreme(np.random.default_rng(3))
    if arrays is not None:
        assert arrays.keys() == draw(operation).keys()
        answer = operation.answer(arrays)
        assert all(np.all(np.isfinite(array)) for array in answer.values())


@pytest.mark.parametrize("name", ["linear"])
def test_an_unknown_convention_is_refused(name):
    with pytest.raises(ConventionError, match=f"^{name}: convention must be"):
        create(name, flavour="sweet")
