"""What more examples cost: a loop over them, and backward beside forward."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import sqrt

import numpy as np

from grader.checks.costs.rounds import Reading, Sign, decided, reading
from grader.checks.costs.sizes import Size, few_examples, more_examples
from grader.checks.costs.stopwatch import (
    BOTH,
    FORWARD,
    LONG_ENOUGH_SECONDS,
    Methods,
    Stopwatch,
    Work,
)
from grader.checks.feedback import cost as words

# Growth of the time by that of the batch. A loop is at 0.75 to 1.2. Code on whole
# arrays is at 0.01 to 0.2, and 0.35 if many small products are in it: a small batch
# costs as much as the calls that the code consists of.
NO_LOOP, LOOP = 0.35, 0.6
# In forwards, on many examples. Formulas take 1 to 10, scattering with add.at 20.
CHEAP, DEAR = 40.0, 80.0
SOME_EXAMPLES, FEWEST_EXAMPLES = 64, 128
MOST_GAINED = 16
# A forward that was timed in less than this cannot be divided by.
SHORTEST_SECONDS = LONG_ENOUGH_SECONDS / 2
# For one call on many examples, were it to grow with their square.
BUDGET_SECONDS = 0.5


class Examples:
    """Times of methods on a small and on a large batch, taken once for all who ask.

    Parameters
    ----------
    methods
        What is timed: forward, or both.
    """

    def __init__(self, stopwatch: Stopwatch, methods: Sequence[Methods]) -> None:
        self._stopwatch = stopwatch
        self._methods = methods
        self._rounds: list[Mapping[str, float]] = []

    def loops(self, methods: Methods) -> Reading:
        """Decide whether methods loop over the examples.

        Raises
        ------
        MissingAnswerError
            If the student's code failed.
        """
        few, many = self._sizes
        times = many.count / few.count

        def read(number: int) -> Reading:
            seconds = self._round(number)
            growth = seconds[_many(methods)] / (seconds[_few(methods)] or np.nan)
            message = words.looping(methods[-1], times, growth)
            return reading(growth / times, NO_LOOP, LOOP, message)

        return decided(read)

    def share(self) -> Reading:
        """Decide whether backward costs far more than forward on many examples.

        Raises
        ------
        MissingAnswerError
            If the student's code failed.
        """
        count = self._sizes[1].count

        def read(number: int) -> Reading:
            seconds = self._round(number)
            forward = seconds[_many(FORWARD)] or np.nan
            if forward * self._works[_many(FORWARD)].times < SHORTEST_SECONDS:
                # What a call takes besides is all that was seen; no ratio can be had.
                return Reading(Sign.UNCLEAR)
            forwards = seconds[_many(BOTH)] / forward - 1
            message = words.too_dear(count, forwards)
            return reading(forwards, CHEAP, DEAR, message)

        return decided(read)

    def _round(self, number: int) -> Mapping[str, float]:
        while len(self._rounds) <= number:
            self._rounds.append(self._stopwatch.seconds(self._works))
        return self._rounds[number]

    @cached_property
    def _few(self) -> Size:
        operation = self._stopwatch.operation
        few = few_examples(operation, self._stopwatch.trial.rng("examples"))
        if few is None:
            raise LookupError(f"examples: {operation.name} does not count any")
        return few

    @cached_property
    def _small_works(self) -> dict[str, Work]:
        """Return the work on few examples, and on some to know how it grows."""
        few = self._few
        some = more_examples(self._stopwatch.operation, few, SOME_EXAMPLES)
        works = {}
        for methods in self._methods:
            works[_few(methods)] = Work(few.arrays, methods)
            works[_some(methods)] = Work(some.arrays, methods)
        return self._stopwatch.prepared(works)

    @cached_property
    def _sizes(self) -> tuple[Size, Size]:
        known = [self._small_works[_some(methods)] for methods in self._methods]
        slowest = max(work.seconds for work in known)
        fitting = int(SOME_EXAMPLES * sqrt(BUDGET_SECONDS / slowest)) if slowest else 0
        count = max(fitting, FEWEST_EXAMPLES)
        return self._few, more_examples(self._stopwatch.operation, self._few, count)

    @cached_property
    def _works(self) -> dict[str, Work]:
        _, many = self._sizes
        works = {}
        for methods in self._methods:
            works[_few(methods)] = self._small_works[_few(methods)]
            seconds = self._expected(methods, many.count)
            works[_many(methods)] = Work(many.arrays, methods).lasting(seconds)
        return works

    def _expected(self, methods: Methods, count: int) -> float:
        """Return about how long ``count`` examples take, going by the small works."""
        few, some = self._small_works[_few(methods)], self._small_works[_some(methods)]
        each = (some.seconds - few.seconds) / (SOME_EXAMPLES - self._few.count)
        looping = some.seconds * count / SOME_EXAMPLES
        # The small works may be misjudged, so there is a limit to how little it can be.
        return max(some.seconds + each * (count - SOME_EXAMPLES), looping / MOST_GAINED)


def _few(methods: Methods) -> str:
    return f"few {methods[-1]}"


def _some(methods: Methods) -> str:
    return f"some {methods[-1]}"


def _many(methods: Methods) -> str:
    return f"many {methods[-1]}"
