"""What every misconception must do, whichever it is."""

import re

import numpy as np
import pytest

from reference.errors import ConventionError
from reference.misconceptions import VisibleOn, for_operation
from reference.operations import Family, create, names

CASES = [
    pytest.param(entry, conventions, id=f"{name}-{number}-{entry.id}-{index}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
    for index, entry in enumerate(for_operation(name))
]
SEEDS = range(5)
SMALLEST_DIFFERENCE = 2.0**-10
"""Of the largest entry. What counts as right is closer by a factor of 10^6 and more."""

every_case = pytest.mark.parametrize(("entry", "conventions"), CASES)


def differs(wrong, right):
    if wrong.shape != right.shape:
        return True
    close = np.abs(wrong - right) <= SMALLEST_DIFFERENCE * np.max(np.abs(right))
    return not np.all(close)  # a NaN is not close


def freeze(arrays):
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


def square(operation, rng):
    """Return drawn arrays cut to 3 by 3, labels to the classes 0 and 1."""
    cut = {
        name: array[tuple(slice(3) for _ in array.shape)]
        for name, array in operation.draw(rng).items()
    }
    if "labels" in cut:
        cut["labels"] = np.minimum(cut["labels"], 1)
    return cut


def inputs(entry, operation):
    """Return the inputs on which the entry says that it is visible."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        if entry.visible_on is VisibleOn.SQUARE:
            yield freeze(square(operation, rng))
        elif entry.visible_on is VisibleOn.STABILITY:
            yield freeze(operation.extreme(rng))
        else:
            for variant in (0, 1):
                yield freeze(operation.draw(rng, variant=variant))


@every_case
def test_each_quantity_it_changes_visibly_differs_from_the_right_answer(
    entry, conventions
):
    operation = create(entry.operation, **conventions)
    for arrays in inputs(entry, operation):
        right, wrong = operation.answer(arrays), entry.wrong(operation, arrays)
        assert wrong.keys() <= right.keys()
        for quantity, value in wrong.items():
            assert differs(value, right[quantity]), quantity


@pytest.mark.parametrize("name", names())
def test_all_misconceptions_of_an_operation_apply_by_default(name):
    operation = create(name)
    for entry in for_operation(name):
        assert all(
            entry.wrong(operation, arrays) for arrays in inputs(entry, operation)
        )


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("variant", [0, 1])
def test_no_two_of_one_operation_give_the_same_answer(name, variant):
    operation = create(name)
    arrays = operation.draw(np.random.default_rng(0), variant=variant)
    visible = [
        (entry.id, entry.wrong(operation, arrays))
        for entry in for_operation(name)
        if entry.visible_on is VisibleOn.DRAWS
    ]
    for number, (one_id, one) in enumerate(visible):
        for other_id, other in visible[:number]:
            assert one.keys() != other.keys() or any(
                differs(one[quantity], other[quantity]) for quantity in one
            ), f"{one_id} and {other_id}"


@every_case
def test_without_an_upstream_gradient_only_the_output_can_be_wrong(entry, conventions):
    operation = create(entry.operation, **conventions)
    if operation.family is Family.LAYER:
        arrays = operation.draw(np.random.default_rng(0))
        del arrays["grad_out"]
        assert entry.wrong(operation, arrays).keys() <= {operation.output}


@every_case
def test_a_batch_of_one_raises_nothing(entry, conventions):
    operation = create(entry.operation, **conventions)
    arrays = operation.draw(np.random.default_rng(0), variant=2)
    assert entry.wrong(operation, arrays).keys() <= set(operation.quantities)


@pytest.mark.parametrize("entry", [case.values[0] for case in CASES])
def test_texts_are_fit_for_students(entry):
    assert re.fullmatch(r"M\d{2,3}", entry.id)
    assert entry.hint.endswith("?") or "? " in entry.hint
    assert len(entry.title) <= 60
    assert not entry.title.endswith(".")
    assert entry.formula not in entry.hint


@pytest.mark.parametrize("name", names())
def test_entries_with_one_id_share_title_and_hint(name):
    texts: dict[str, tuple[str, str]] = {}
    for entry in for_operation(name):
        text = (entry.title, entry.hint)
        assert texts.setdefault(entry.id, text) == text


@pytest.mark.parametrize("name", names())
def test_no_formula_is_listed_twice(name):
    keys = [(entry.id, entry.formula) for entry in for_operation(name)]
    assert len(keys) == len(set(keys))


def test_an_unknown_operation_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match=r"one of linear, .*got 'relue'"):
        for_operation("relue")
