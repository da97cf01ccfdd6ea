"""What a diagnosis sees of a student who changes the right answer in one way."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.checks.compare import reference_answer
from grader.checks.diagnosis import Sighting, diagnose
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference.operations import Operation, create

Change = Callable[[Array, Mapping[str, Array]], Any]
Answer = Callable[[Operation, Mapping[str, Array]], Mapping[str, Array]]


def seen(operation: Operation, answer: Answer, seed: int = 10) -> list[Sighting]:
    """Return two sightings of different shapes, ``answer`` in place of the right one.

    What ``answer`` leaves out is right.
    """
    sightings = []
    for variant in (0, 1):
        rng = np.random.default_rng(seed + variant)
        arrays = operation.draw(rng, variant=variant)
        right = reference_answer(operation, arrays, rng)
        got = {name: expected.value.copy() for name, expected in right.items()}
        with np.errstate(all="ignore"):
            wrong = answer(operation, arrays)
        got.update({name: np.asarray(value) for name, value in wrong.items()})
        sightings.append(Sighting(operation, arrays, right, got))
    return sightings


def named(
    operation: str | Operation, quantity: str, change: Change, *, factors: bool = True
) -> Diagnosis | None:
    """Diagnose an answer that ``change`` makes of the right one."""
    asked = create(operation) if isinstance(operation, str) else operation

    def answer(one: Operation, arrays: Mapping[str, Array]) -> Mapping[str, Array]:
        return {quantity: change(one.answer(arrays)[quantity], arrays)}

    return diagnose(seen(asked, answer), quantity, factors=factors)
