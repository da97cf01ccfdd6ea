import numpy as np
import pytest

from reference.errors import ConventionError
from reference.operations import create

NAMES = ("softmax", "log_softmax", "logsumexp")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("axis", [2, -3, "last", 0.0, True])
def test_an_axis_that_is_not_drawn_is_refused(name, axis):
    with pytest.raises(ConventionError) as caught:
        create(name, axis=axis)
    assert str(caught.value) == (
        f"{name}: axis must be an integer from -2 to 1, got {axis!r}"
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dimensions", [1, 4, "2", True])
def test_other_dimensions_are_refused(name, dimensions):
    with pytest.raises(ConventionError) as caught:
        create(name, dimensions=dimensions)
    assert str(caught.value) == f"{name}: dimensions must be 2 or 3, got {dimensions!r}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("axis", "same"), [(-1, 1), (-2, 0)])
def test_an_axis_may_be_counted_from_the_end(name, axis, same):
    operations = create(name, axis=axis), create(name, axis=same)
    answers = [
        operation.answer(operation.draw(np.random.default_rng(1)))
        for operation in operations
    ]
    for quantity in answers[0]:
        np.testing.assert_array_equal(answers[0][quantity], answers[1][quantity])
    names = [[r.name for r in operation.relations] for operation in operations]
    assert names[0] == names[1]
    assert ("independent_examples" in names[0]) == (same == 1)


@pytest.mark.parametrize("name", NAMES)
def test_sizes_tell_the_axis(name):
    assert create(name, axis=0).sizes({}) == {"axis": 0}


@pytest.mark.parametrize("axis", [0, 1])
def test_extreme_slices_lie_at_a_thousand_or_have_one_entry_there(axis):
    operation = create("softmax", axis=axis)
    x = np.moveaxis(operation.extreme(np.random.default_rng(2))["x"], axis, -1)
    for number, row in enumerate(x):
        near = np.round(row, -3) / 1000
        expected = ([1.0], [-1.0], [-1.0, 0.0])[number % 3]
        assert set(near) == set(expected)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("broken", ["out", "grad_x"])
def test_a_wrong_slice_breaks_a_relation(name, broken):
    operation = create(name)
    broken_by = set()
    for relation in operation.relations:
        rng = np.random.default_rng(3)
        asked = relation.questions(rng, operation.draw(rng))
        answers = [operation.answer(arrays) for arrays in asked]
        for answer in answers:
            answer[broken] = answer[broken] ** 2
        for left, right in relation.pairs(asked, answers).values():
            if np.max(np.abs(left - right)) > 1e-3:
                broken_by.add(relation.name)
    own = {"shifted", "probabilities", "gradient_sums_to_zero"}
    assert broken_by & (own | {"gradient_is_shared_out"})
