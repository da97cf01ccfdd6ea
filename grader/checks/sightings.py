"""What was asked, what is right and what came back; when two answers are the same."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from grader.checks.compare import Expected, Match, compare, largest
from grader.checks.mistakes import plain_arrays, plain_operation
from grader.checks.presentation.lengths import Constant, constants
from grader.contract.messages import Array
from reference.errors import ReferenceUseError
from reference.operations.base import Operation

Arrays = Mapping[str, Array]

# How closely a hypothesis must reproduce the answer, on the scale of the quantity.
EXACT = 2.0**-27
EXACT_IN_SINGLE = 2.0**-15
# How far a hypothesis must be from the right answer to be worth naming.
VISIBLE = 2.0**6
IMPOSSIBLE = (ReferenceUseError, ValueError, KeyError, IndexError, TypeError)
"""What the reference raises for arrays that another convention cannot take."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One input, the right answer, and what the student's code answered."""

    operation: Operation
    arrays: Arrays
    right: Mapping[str, Expected]
    got: Arrays
    _remembered: dict[Hashable, Arrays] = field(default_factory=dict)

    @cached_property
    def constants(self) -> dict[str, Constant]:
        """Return the named sizes and constants of this input."""
        return constants(plain_operation(self.operation), self.plain)

    @cached_property
    def plain(self) -> Arrays:
        """Return the input in the layout of the reference."""
        return plain_arrays(self.operation, self.arrays)

    def recalled(self, key: Hashable, ask: Callable[[], Arrays]) -> Arrays:
        """Return what a hypothesis answers here, asked once for all quantities."""
        if key not in self._remembered:
            self._remembered[key] = ask()
        return self._remembered[key]

    def otherwise(self, key: Hashable, ask: Callable[[], Arrays]) -> Arrays:
        """Return what the reference answers to another question, nothing if it cannot.

        It refuses arrays that do not fit another convention.
        """

        def answer() -> Arrays:
            try:
                return ask()
            except IMPOSSIBLE:
                return {}

        return self.recalled(key, answer)


def closeness_of(seen: Sequence[Sighting]) -> float:
    """Return how exact a match must be; less if the student's code uses float32."""
    for sighting in seen:
        for name, expected in sighting.right.items():
            got = sighting.got.get(name)
            if got is None:
                continue
            if got.dtype.itemsize < 8 and got.dtype.kind == "f":
                return EXACT_IN_SINGLE
            if compare(expected, got).match is Match.SINGLE:
                return EXACT_IN_SINGLE
    return EXACT


def matches(got: Array, wrong: Array, kappa: float, closeness: float) -> bool:
    """Tell whether numbers agree; infinities and NaN must be the same, in place."""
    if got.shape != wrong.shape:
        return False
    finite = np.isfinite(wrong)
    if not np.array_equal(got[~finite], wrong[~finite], equal_nan=True):
        return False
    scale = max(kappa, largest(wrong[finite]))
    return largest(got[finite] - wrong[finite]) <= closeness * scale


def is_visible(wrong: Array, expected: Expected, closeness: float) -> bool:
    """Tell whether a wrong answer differs from the right one enough to be named."""
    right = expected.value
    if wrong.shape != right.shape or not np.isfinite(wrong).all():
        return True
    scale = max(expected.kappa, largest(wrong))
    return largest(wrong - right) > VISIBLE * closeness * scale


Ask = Callable[[Sighting], Arrays]


def replayed(
    ask: Ask, seen: Sequence[Sighting], quantity: str, closeness: float
) -> list[Arrays] | None:
    """Return what a hypothesis answers on every input, if it explains a quantity.

    ``None`` from the first input on that it does not explain, so that most hypotheses
    are asked once only, or if it differs nowhere from the right answer.
    """
    answers: list[Arrays] = []
    visible = False
    for sighting in seen:
        answer = ask(sighting)
        if not _reproduces(answer, sighting, quantity, closeness):
            return None
        expected = sighting.right[quantity]
        visible |= is_visible(np.asarray(answer[quantity]), expected, closeness)
        answers.append(answer)
    return answers if visible else None


def _reproduces(
    answer: Arrays, sighting: Sighting, quantity: str, closeness: float
) -> bool:
    if quantity not in answer or quantity not in sighting.got:
        return False
    kappa = sighting.right[quantity].kappa
    wrong = np.asarray(answer[quantity])
    return matches(sighting.got[quantity], wrong, kappa, closeness)


def held_by(
    answers: Sequence[Arrays], seen: Sequence[Sighting], closeness: float
) -> tuple[int, int]:
    """Rank a hypothesis: the least contradicted comes first, then the most explained.

    Returns
    -------
    tuple
        Minus the number of its claims that do not hold, and the number of those that
        do.
    """
    claims = {name for answer in answers for name in answer}
    given = dict(zip(map(id, seen), answers, strict=True))
    held = sum(
        replayed(lambda one: given[id(one)], seen, name, closeness) is not None
        for name in claims
    )
    return held - len(claims), held
