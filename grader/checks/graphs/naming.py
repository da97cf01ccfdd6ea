"""Name the known wrong engine that gives exactly a student's numbers, or nothing.

An engine is named only if it gives the numbers of two programs with different arrays,
at least one of them in the topic, and is visibly wrong on them. It must explain every
program of the topic that is wrong and has to do with it, and no program of any topic
may be right that it would make wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.checks.compare import Expected, largest
from grader.checks.graphs.cases import Case
from grader.checks.graphs.mistakes import EngineMistake
from grader.checks.graphs.tape import EndlessError
from grader.contract.messages import Array

# How closely a wrong engine must give an answer, and how far from right it must be:
# shares of the scale of the quantity, as for all other diagnoses.
EXACT = 2.0**-27
EXACT_IN_SINGLE = 2.0**-15
VISIBLE = 2.0**6
CONFIRMATIONS = 2
# So many of the wrong cases of a topic are held against every mistake.
EXAMINED = 4


Compare = Callable[[Case, str, Array], bool]

Judged = tuple[Case, Sequence[str]]
"""A case and the names in it that are judged."""


@dataclass(eq=False)
class Suspects:
    """The mistakes that an engine may have; what they answer is judged once."""

    mistakes: Sequence[EngineMistake]
    _answers: dict[tuple[int, Case], Mapping[str, Array] | None] = field(
        default_factory=dict
    )
    _comparisons: dict[tuple[int, Case, str, str], bool] = field(default_factory=dict)

    def named(
        self,
        topic: Sequence[Case],
        names: Sequence[str],
        others: Sequence[Case] = (),
    ) -> EngineMistake | None:
        """Return the mistake behind the wrong answers of a topic.

        Parameters
        ----------
        names
            What is judged: ``out``, gradients, or both; those a case does not have
            are left out.
        others
            Cases of other topics. They may refute a mistake or confirm it, and decide
            between those that explain this topic equally well.
        """
        right: list[Judged] = []
        wrong: list[Judged] = []
        for case in topic:
            own = [name for name in names if name in case.expected]
            (right if case.is_right(own) else wrong).append((case, own))
        here = {id(case) for case in topic}
        elsewhere = [(c, _answered(c)) for c in others if id(c) not in here]
        found = [
            number
            for number in range(len(self.mistakes))
            if any(self._explains(number, *one) for one in wrong[:EXAMINED])
            and not any(self._is_refuted(number, *one) for one in wrong)
            and not any(self._is_unseen(number, *one) for one in (*right, *elsewhere))
            and self._is_confirmed(number, [*wrong, *elsewhere])
        ]
        if len(found) > 1:
            # The first of those that explain most elsewhere and contradict least.
            found.sort(key=lambda number: -sum(self._vote(number, c) for c in others))
        return self.mistakes[found[0]] if found else None

    def explains(
        self, mistake: EngineMistake, case: Case, names: Sequence[str]
    ) -> bool:
        """Tell whether a mistake gives a case's wrong numbers."""
        return self._explains(list(self.mistakes).index(mistake), case, names)

    def reproduces(
        self, mistake: EngineMistake, case: Case, names: Sequence[str]
    ) -> bool:
        """Tell whether a mistake gives a case's numbers, be they wrong or right."""
        return self._fits(list(self.mistakes).index(mistake), case, names)

    def _explains(self, number: int, case: Case, names: Sequence[str]) -> bool:
        return self._fits(number, case, names) and self._is_seen(number, case, names)

    def _is_refuted(self, number: int, case: Case, names: Sequence[str]) -> bool:
        """Tell whether a wrong case is wrong in another way than a mistake says.

        A mistake about some operations says nothing about programs without them.
        """
        mistake, program = self.mistakes[number], case.drawn.program
        return (
            mistake.concerns(program)
            and (not mistake.needs or bool(mistake.needs & program.operations))
            and all(name in case.answer.arrays for name in names)
            and not self._fits(number, case, names)
        )

    def _is_unseen(self, number: int, case: Case, names: Sequence[str]) -> bool:
        """Tell whether a case is right that a mistake would make wrong."""
        return case.is_right(names) and self._is_seen(number, case, names)

    def _is_confirmed(self, number: int, cases: Sequence[Judged]) -> bool:
        """Tell whether a mistake gives the numbers of two wrong cases, or more."""
        explained = 0
        for case, names in cases:
            explained += bool(names) and self._explains(number, case, names)
            if explained == CONFIRMATIONS:
                return True
        return False

    def _vote(self, number: int, case: Case) -> int:
        names = _answered(case)
        if not names or not self._is_seen(number, case, names):
            return 0
        return 1 if self._fits(number, case, names) else -1

    def _fits(self, number: int, case: Case, names: Sequence[str]) -> bool:
        # Values too, where only gradients are judged, and the other way round.
        return self._answer(number, case) is not None and all(
            name in case.answer.arrays
            and self._compared(number, case, name, self._gives)
            for name in dict.fromkeys((*names, *_answered(case)))
        )

    def _is_seen(self, number: int, case: Case, names: Sequence[str]) -> bool:
        return any(self._compared(number, case, name, self._changes) for name in names)

    def _compared(self, number: int, case: Case, name: str, compare: Compare) -> bool:
        """Return a comparison that may have been made for another topic already."""
        answer = self._answer(number, case)
        if answer is None:
            return False
        key = (number, case, name, compare.__name__)
        if key not in self._comparisons:
            self._comparisons[key] = compare(case, name, answer[name])
        return self._comparisons[key]

    @staticmethod
    def _gives(case: Case, name: str, answer: Array) -> bool:
        expected, got = case.expected[name], case.answer.arrays[name]
        return agrees(got, answer, expected, _closeness(case))

    @staticmethod
    def _changes(case: Case, name: str, answer: Array) -> bool:
        expected = case.expected[name]
        visible = VISIBLE * _closeness(case)
        return not agrees(expected.value, answer, expected, visible)

    def _answer(self, number: int, case: Case) -> Mapping[str, Array] | None:
        key = (number, case)
        if key not in self._answers:
            drawn = case.drawn
            try:
                found = self.mistakes[number].answer(drawn.program, drawn.arrays)
            except EndlessError:
                found = None
            self._answers[key] = found
        return self._answers[key]


def _closeness(case: Case) -> float:
    return EXACT_IN_SINGLE if case.is_single else EXACT


def _answered(case: Case) -> list[str]:
    return [name for name in case.expected if name in case.answer.arrays]


def agrees(got: Array, other: Array, expected: Expected, closeness: float) -> bool:
    """Tell whether two arrays are the same on the scale of a quantity."""
    if got.shape != other.shape or got.dtype.kind not in "fiu":
        return False
    finite = np.isfinite(other)
    if not np.array_equal(got[~finite], other[~finite], equal_nan=True):
        return False
    scale = max(expected.kappa, largest(other[finite]))
    with np.errstate(all="ignore"):
        return largest(got[finite] - other[finite]) <= closeness * scale
