"""How long the student's methods take, as seen from outside of the jail.

What is timed is repeated within one call until that takes a millisecond, and called
several times in turn with what it is compared with. Whatever disturbs a measurement
makes it longer, so the shortest of several is the one that counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil

from grader.checks.base import Trial
from grader.checks.component import Component
from grader.checks.effects.base import ONE
from grader.checks.sequences import MissingAnswerError, Steps, sequence
from grader.contract.messages import Array, Call
from reference.operations.base import Operation

Arrays = Mapping[str, Array]

Methods = tuple[str, ...]

FORWARD: Methods = ("forward",)
BOTH: Methods = ("forward", "backward")
LONG_ENOUGH_SECONDS = 0.001
MOST_TIMES = 1000
MOST_SAMPLES = 5
# All samples together take about so long, unless one of each takes longer.
ALL_SECONDS = 0.5
# How often work has to be done is found in steps, each from below.
TRIALS, TRIAL_SAMPLES = 3, 2
# Less than this share of a call cannot be told from what it takes besides.
SHARPNESS = 1 / 16


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What is timed: methods of one object on one set of inputs, ``times`` over.

    Parameters
    ----------
    seconds
        About how long it takes once, if that is known.
    """

    arrays: Arrays
    methods: Methods
    times: int = 1
    seconds: float = 0.0

    def lasting(self, seconds: float) -> "Work":
        """Return the same work so often that it can be timed.

        Parameters
        ----------
        seconds
            About how long it takes once.
        """
        times = ceil(LONG_ENOUGH_SECONDS / seconds) if seconds > 0 else 1
        return replace(self, times=min(times, MOST_TIMES), seconds=seconds)


Works = Mapping[str, Work]


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """Times the work of one component's objects."""

    trial: Trial
    part: Component
    operation: Operation

    def seconds(self, works: Works) -> dict[str, float]:
        """Return what doing each work once takes; all of them in one fresh process.

        Raises
        ------
        MissingAnswerError
            If the student's code failed.
        """
        expected = sum(work.times * work.seconds for work in works.values())
        count = ceil(ALL_SECONDS / expected) if expected else MOST_SAMPLES
        found = self._shortest(works, min(count, MOST_SAMPLES))
        return {name: found[name] / work.times for name, work in works.items()}

    def prepared(self, works: Works) -> dict[str, Work]:
        """Return each work so often that it can be timed, and about how long it is.

        Raises
        ------
        MissingAnswerError
            If the student's code failed.
        """
        prepared = dict(works)
        for _ in range(TRIALS):
            found = self._shortest(prepared, TRIAL_SAMPLES)
            prepared = {
                name: work.lasting(found[name] / work.times)
                for name, work in prepared.items()
            }
            if min(found.values()) >= LONG_ENOUGH_SECONDS:
                break
        return prepared

    def _shortest(self, works: Works, count: int) -> dict[str, float]:
        """Return the shortest of ``count`` calls, without what a call takes besides."""
        calls = [
            self._call(replace(work, times=times))
            for work in works.values()
            for times in (0, work.times)
        ]
        # The first call of a process pays for what is done only once.
        answers = self.trial.ask([calls[0], *calls * count], one_by_one=True)[1:]
        for answer in answers:
            if answer.trouble is not None:
                raise MissingAnswerError(answer.trouble)
        shortest = [
            min(answer.seconds for answer in answers[at :: len(calls)])
            for at in range(len(calls))
        ]
        return {
            name: max(full - besides, full * SHARPNESS)
            for name, besides, full in zip(
                works, shortest[::2], shortest[1::2], strict=True
            )
        }

    def _call(self, work: Work) -> Call:
        steps: Steps = [
            ["create", "a", ONE],
            ["forward", "a", ONE, "f"],
            ["repeat", "a", ONE, work.times, list(work.methods)],
        ]
        return sequence(self.part, self.operation, {ONE: work.arrays}, steps)
