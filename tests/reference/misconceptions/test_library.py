"""What every misconception must do, whichever it is."""

import re

import numpy as np
import pytest

import reference.misconceptions
from reference.discovery import modules
from reference.errors import ConventionError
from reference.misconceptions import VisibleOn, for_operation
from reference.operations import Family, create, names

CASES = [
    pytest.param(name, conventions, id=f"{name}-{number}")
    for name in names()
    for number, conventions in enumerate(type(create(name)).example_conventions)
]
SEEDS = range(2)
SMALLEST_DIFFERENCE = 2.0**-10
"""Of the largest entry. What counts as right is closer by a factor of 10^6 and more."""

# All entries of an operation at once: what is asked of each is little, and they are
# many thousands.
every_case = pytest.mark.parametrize(("name", "conventions"), CASES)


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
    """Return drawn arrays cut to 3 by 3, labels and masks to what is left."""
    cut = {
        name: array[tuple(slice(3) for _ in array.shape)]
        for name, array in operation.draw(rng).items()
    }
    if "labels" in cut:
        rows = cut["labels"].ndim == 2
        indices = cut["labels"].argmax(axis=1) if rows else cut["labels"]
        indices = np.minimum(indices, 1)
        cut["labels"] = np.eye(3, dtype=np.int64)[indices] if rows else indices
    if "mask" in cut:
        cut["mask"][..., 0] = True  # no row is left without an open entry
    return cut


def drawn_for(visible_on, operation):
    """Yield inputs on which the entries say that they are visible."""
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        if visible_on is VisibleOn.SQUARE:
            yield freeze(square(operation, rng))
        elif visible_on is VisibleOn.STABILITY:
            extreme = operation.extreme(rng)
            if extreme is not None:
                yield freeze(extreme)
        elif visible_on is VisibleOn.KINKS:
            # Some conventions have no kink.
            drawn = [operation.kinked(rng, variant=variant) for variant in (0, 1)]
            yield from (freeze(arrays) for arrays in drawn if arrays is not None)
        else:
            for variant in (0, 1):
                yield freeze(operation.draw(rng, variant=variant))


def inputs(entry, operation):
    return drawn_for(entry.visible_on, operation)


def answered(name, operation):
    """Yield each entry with inputs on which it is visible and the right answer."""
    entries = for_operation(name)
    for visible_on in {entry.visible_on for entry in entries}:
        for arrays in drawn_for(visible_on, operation):
            right = operation.answer(arrays)
            for entry in entries:
                if entry.visible_on is visible_on:
                    yield entry, arrays, right


@every_case
def test_each_quantity_it_changes_visibly_differs_from_the_right_answer(
    name, conventions
):
    operation = create(name, **conventions)
    for entry, arrays, right in answered(name, operation):
        wrong = entry.wrong(operation, arrays)
        assert wrong.keys() <= right.keys(), entry
        for quantity, value in wrong.items():
            assert differs(value, right[quantity]), (entry, quantity)
            if entry.visible_on is VisibleOn.KINKS and np.isfinite(value).all():
                nearest = operation.nearest(arrays, quantity, value)
                assert differs(value, nearest), (entry, quantity)


def shows(entry, conventions):
    """Return of each input whether the entry is a mistake there."""
    operation = create(entry.operation, **conventions)
    return [bool(entry.wrong(operation, arrays)) for arrays in inputs(entry, operation)]


@pytest.mark.parametrize("name", names())
def test_every_misconception_applies_by_default_or_under_other_conventions(name):
    default, *others = type(create(name)).example_conventions
    for entry in for_operation(name):
        found = shows(entry, default)
        if not any(found):
            elsewhere = (shows(entry, conventions) for conventions in others)
            found = next(shown for shown in elsewhere if any(shown))
        assert all(found), entry.formula


@every_case
def test_no_two_of_one_operation_give_the_same_answers(name, conventions):
    operation = create(name, **conventions)
    rng = np.random.default_rng(0)
    # A diagnosis is confirmed on a second shape, so agreement on one is no harm.
    drawn = [operation.draw(rng, variant=variant) for variant in (0, 1)]
    entries = [e for e in for_operation(name) if e.visible_on is VisibleOn.DRAWS]
    visible = [
        (e.id, [e.wrong(operation, arrays) for arrays in drawn]) for e in entries
    ]
    visible = [(number, answers) for number, answers in visible if all(answers)]
    for number, (one_id, one) in enumerate(visible):
        for other_id, other in visible[:number]:
            # Two formulas of one thought may meet where a setting takes a special
            # value; by default every formula has an answer of its own.
            if conventions and one_id == other_id:
                continue
            assert any(
                first.keys() != second.keys()
                or any(differs(first[quantity], second[quantity]) for quantity in first)
                for first, second in zip(one, other, strict=True)
            ), f"{one_id} and {other_id}"


@every_case
def test_without_an_upstream_gradient_only_outputs_can_be_wrong(name, conventions):
    operation = create(name, **conventions)
    if operation.family is Family.LAYER:
        arrays = operation.draw(np.random.default_rng(0))
        for output in operation.upstreams(arrays):
            del arrays[f"grad_{output}"]
        for entry in for_operation(name):
            wrong = entry.wrong(operation, freeze(arrays))
            assert wrong.keys() <= set(operation.outputs), entry


@every_case
def test_a_batch_of_one_raises_nothing(name, conventions):
    operation = create(name, **conventions)
    arrays = freeze(operation.draw(np.random.default_rng(0), variant=2))
    for entry in for_operation(name):
        wrong = entry.wrong(operation, arrays)
        assert wrong.keys() <= set(operation.quantities), entry


@pytest.mark.parametrize("name", names())
def test_texts_are_fit_for_students(name):
    for entry in for_operation(name):
        assert re.fullmatch(r"M\d{2,3}", entry.id), entry
        assert entry.hint.endswith("?") or "? " in entry.hint, entry
        assert len(entry.title) <= 60, entry
        assert not entry.title.endswith("."), entry
        assert entry.formula not in entry.hint, entry


@pytest.mark.parametrize("name", names())
def test_entries_with_one_id_share_title_and_hint(name):
    texts: dict[str, tuple[str, str]] = {}
    for entry in for_operation(name):
        # In a network the place stands in front: "after layer 2: ...".
        text = (entry.title.rpartition(": ")[2], entry.hint)
        assert texts.setdefault(entry.id, text) == text


@pytest.mark.parametrize("name", names())
def test_no_formula_is_listed_twice(name):
    keys = [(entry.id, entry.formula) for entry in for_operation(name)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    "module", list(modules(reference.misconceptions)), ids=lambda m: m.__name__
)
def test_entries_stand_in_the_module_of_their_operation(module):
    name = module.__name__.rpartition(".")[2]
    entries = getattr(module, "MISCONCEPTIONS", ())
    assert {entry.operation for entry in entries} <= {name}
    if entries:
        assert for_operation(name) == entries


def test_an_operation_without_a_module_of_mistakes_has_none(monkeypatch):
    for_operation.cache_clear()
    monkeypatch.setattr("reference.misconceptions.find_spec", lambda module: None)
    assert for_operation("tanh") == ()
    for_operation.cache_clear()


def test_an_unknown_operation_is_refused_with_the_known_ones():
    with pytest.raises(ConventionError, match=r"such as .*relu.*got 'relue'"):
        for_operation("relue")
