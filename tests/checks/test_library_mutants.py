"""Every wrong formula of the library fails what it changes and is recognised."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.contract.messages import Array, Call
from grader.report import Verdict
from reference import misconceptions, operations
from reference.misconceptions import Misconception, VisibleOn
from reference.operations import Family, Operation
from tests.checks.every_operation import as_constructed, graded
from tests.checks.fake_jail import ScriptedJail, answering

LIBRARY = [
    entry for name in operations.names() for entry in misconceptions.for_operation(name)
]
ENTRIES = [entry for entry in LIBRARY if entry.visible_on is VisibleOn.DRAWS]
OVERFLOWS = [entry for entry in LIBRARY if entry.visible_on is VisibleOn.STABILITY]
# What says nothing about these mistakes would only make the tests slow.
APART = ("gradcheck", "stability")


def names(entry: Misconception) -> str:
    return f"{entry.operation}-{entry.id}-{entry.wrong.__name__.strip('_')}"


def conventions_of(entry: Misconception) -> Mapping[str, Any]:
    """Return the first of the example conventions under which it is a mistake."""
    for conventions in type(operations.create(entry.operation)).example_conventions:
        operation = operations.create(entry.operation, **conventions)
        if entry.wrong(operation, operation.draw(np.random.default_rng(0))):
            return conventions
    raise AssertionError("every set of conventions asks for this very formula")


def mutant(
    operation: Operation,
    entry: Misconception,
    conventions: Mapping[str, Any],
    seed: int = 0,
) -> ScriptedJail:
    """Return a student who makes exactly this mistake everywhere.

    The seed is that of an initialiser's own random numbers.
    """

    def answer(call: Call) -> Mapping[str, Array]:
        asked = as_constructed(operation, conventions, call)
        found = asked.answer(call.arrays)
        found.update(entry.wrong(asked, call.arrays))
        if asked.family is Family.INITIALIZER:
            return {"weight": drawn_with(found, call, call.seed + seed)}
        if call.options.get("forward_only"):
            return {"loss": found["loss"]}
        return found

    return answering(answer)


def drawn_with(moments: Mapping[str, Array], call: Call, seed: int) -> Array:
    """Return normal or uniform numbers of these moments, one or the other by seed."""
    shape = tuple(int(length) for length in call.arrays["shape"])
    rng = np.random.default_rng([seed, *shape])
    root = np.sqrt(moments["variance"])
    if seed % 2:
        return rng.normal(moments["mean"], root, shape)
    return moments["mean"] + root * rng.uniform(-np.sqrt(3), np.sqrt(3), shape)


def equivalents(operation: Operation, entry: Misconception) -> set[str]:
    """Return the ids of all entries that give the same answers as this one."""
    found = {entry.id}
    drawn = [
        operation.draw(np.random.default_rng(5), variant=variant) for variant in (0, 1)
    ]
    wrong = [entry.wrong(operation, arrays) for arrays in drawn]
    for other in misconceptions.for_operation(operation.name):
        answers = [other.wrong(operation, arrays) for arrays in drawn]
        shared = [
            name
            for name in set(wrong[0]) & set(answers[0])
            if all(
                np.shape(a[name]) == np.shape(b[name])
                and np.allclose(a[name], b[name], rtol=1e-9, equal_nan=True)
                for a, b in zip(wrong, answers, strict=True)
            )
        ]
        if shared:
            found.add(other.id)
    return found


@pytest.mark.parametrize(
    ("entry", "seed"),
    [
        pytest.param(entry, 1 + at % 3, id=f"{names(entry)}-{at}")
        for at, entry in enumerate(ENTRIES)
    ],
)
def test_known_mistake_fails_and_is_named(entry: Misconception, seed: int) -> None:
    conventions = conventions_of(entry)
    operation = operations.create(entry.operation, **conventions)
    changes = entry.wrong(operation, operation.draw(np.random.default_rng(0)))

    jail = mutant(operation, entry, conventions, seed)
    report = graded(entry.operation, conventions, jail, seed, APART)

    failed = [r for r in report.results if r.verdict is Verdict.FAILED]
    assert failed
    judged = {r.quantity for r in report.results}
    assert set(changes) & judged <= {r.quantity for r in failed}
    for result in failed:
        assert result.diagnosis is not None, result
        if result.diagnosis.id != entry.id:
            assert result.diagnosis.id in equivalents(operation, entry)


@pytest.mark.parametrize("name", operations.names())
def test_right_code_passes_without_a_diagnosis(name: str) -> None:
    plain = operations.create(name)

    def answer(call: Call, seed: int) -> Mapping[str, Array]:
        found = as_constructed(plain, {}, call).answer(call.arrays)
        if plain.family is Family.INITIALIZER:
            return {"weight": drawn_with(found, call, call.seed + seed)}
        return {"loss": found["loss"]} if call.options.get("forward_only") else found

    for seed in range(6):
        jail = answering(partial(answer, seed=seed))
        report = graded(name, {}, jail, seed, ("gradcheck",))
        assert {r.verdict for r in report.results} == {Verdict.PASSED}
        assert all(r.diagnosis is None for r in report.results)


@pytest.mark.parametrize("entry", OVERFLOWS, ids=names)
def test_overflow_costs_stability_only_and_is_named(entry: Misconception) -> None:
    operation = operations.create(entry.operation)

    jail = mutant(operation, entry, {}, 1)
    report = graded(entry.operation, {}, jail, 1, ("gradcheck",))

    failed = {r.quantity: r for r in report.results if r.verdict is not Verdict.PASSED}
    assert set(failed) == {"stability"}
    assert failed["stability"].diagnosis is not None
    assert failed["stability"].diagnosis.id == entry.id
