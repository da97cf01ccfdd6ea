"""One program, what is right, and what the student's engine answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from grader.checks.answers import Answer
from grader.checks.compare import (
    JITTER,
    Comparison,
    Expected,
    Match,
    compare,
    jittered,
    largest,
    reference_answer,
)
from grader.checks.graphs.answers import ProgramOperation
from grader.checks.graphs.sketch import Drawn
from reference.operations.base import Arrays

OUT = "out"


@dataclass(frozen=True, eq=False)
class Case:
    """A program that was asked.

    Parameters
    ----------
    expected
        ``out`` and one gradient for each leaf that is differentiated for.
    """

    drawn: Drawn
    expected: Mapping[str, Expected]
    answer: Answer = field(default_factory=Answer)

    @property
    def gradients(self) -> tuple[str, ...]:
        """Return the names of all gradients."""
        return tuple(name for name in self.expected if name != OUT)

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """Return how every array that came back relates to the right one."""
        return {
            name: compare(expected, self.answer.arrays[name])
            for name, expected in self.expected.items()
            if name in self.answer.arrays
        }

    def is_right(self, names: Sequence[str]) -> bool:
        """Tell whether everything named came back and is right."""
        return all(
            name in self.comparisons and self.comparisons[name].is_right
            for name in names
        )

    @cached_property
    def is_single(self) -> bool:
        """Tell whether something was computed in single precision."""
        return any(
            found.match is Match.SINGLE or found.got.dtype.itemsize < 8
            for found in self.comparisons.values()
        )

    def with_answer(self, answer: Answer) -> "Case":
        """Return the same program with what came back for it."""
        return replace(self, answer=answer)


def prepared(drawn: Drawn, rng: np.random.Generator) -> Case:
    """Ask the reference about a program."""
    operation = ProgramOperation(drawn.program, drawn.arrays)
    if drawn.program.has_loops:
        return Case(drawn, _moved_once(operation, drawn.arrays, rng))
    return Case(drawn, reference_answer(operation, drawn.arrays, rng))


def _moved_once(
    operation: ProgramOperation, arrays: Arrays, rng: np.random.Generator
) -> dict[str, Expected]:
    """Return what is right for a long program, its scale from a single jitter.

    Thousands of roundings add up in the scale already, so one is enough, and each
    costs as much as the answer itself.
    """
    right = operation.answer(arrays)
    moved = operation.answer(jittered(arrays, rng, JITTER))
    return {
        name: Expected(
            value, max(largest(value), largest(moved[name] - value) / JITTER)
        )
        for name, value in right.items()
    }
