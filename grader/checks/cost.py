"""The kind ``cost``: loops over examples, measured slopes, a backward that is too dear.

A round of timing says good, bad or nothing. What fails must be bad in two rounds, each
in a fresh process; what stays unclear passes with a note. So a busy machine does no
student wrong, and a hostile process that wastes time on small inputs can pass: this is
for few points, and for checks that need a right forward first (``needs``).

Seconds are not repeatable, and so are not the numbers in these sentences.
"""

from collections.abc import Container, Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from grader.checks import evidence, own_binding
from grader.checks.answers import Trouble
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Problem,
    Trial,
)
from grader.checks.batches import batch_axes
from grader.checks.compare import reference_answer
from grader.checks.component import Component
from grader.checks.costs.examples import Examples
from grader.checks.costs.rounds import Reading, Sign
from grader.checks.costs.sizes import few_and_many_entries
from grader.checks.costs.slopes import ENTRIES, slopes
from grader.checks.costs.stopwatch import BOTH, FORWARD, Stopwatch
from grader.checks.differencing import measured
from grader.checks.effects.base import ONE
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import cost as words
from grader.checks.sequences import MissingAnswerError, Taken, once, sequence
from grader.checks.ways import Way
from grader.contract.messages import Array
from grader.report import Diagnosis, Verdict
from reference.operations.base import Family, Operation

LOOPS, DIFFERENCES, SHARE = "loops", "finite_differences", "backward_share"
# Two draws of one shape, which must be answered differently, and one of another.
DRAWS = {"first": 0, "second": 0, "other": 1}


class CostParams(ComponentParams):
    """Keys of ``kind = "cost"``; a quantity is judged if it has points.

    ``loops`` forbids loops over the examples, ``finite_differences`` measured slopes
    in place of formulas, ``backward_share`` a backward of 80 forwards and more.
    """


class CostCheck(ComponentCheck):
    """Compare the times of the student's methods on inputs of two sizes."""

    kind = "cost"
    Params = CostParams
    families = (Family.LAYER, Family.LOSS)

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return what can be told for the component."""
        operation = components[params.component].reference()
        batched = bool(batch_axes(operation))
        possible = {
            LOOPS: batched,
            DIFFERENCES: _has_sizes(operation),
            SHARE: batched and bool(operation.gradients),
        }
        return tuple(name for name, is_possible in possible.items() if is_possible)

    @property
    def default_title(self) -> str:
        """Say what is judged."""
        return f"{self.component}: cost"

    def unasked(self, ways: Mapping[str, Way]) -> list[Problem]:
        """Say if forward and backward cannot be told apart."""
        return list(own_binding.at_once([(("component",), self.part)], ways))

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Judge each quantity, unless the code does not run or computes nothing."""
        bill = _Bill(trial, self.part, self.points)
        judges = {LOOPS: bill.loops, DIFFERENCES: bill.slopes, SHARE: bill.share}
        for name in self.points:
            try:
                if not bill.computes:
                    yield Finding(name, Verdict.SKIPPED, words.NOTHING_COMPUTED)
                else:
                    yield _finding(name, judges[name]())
            except MissingAnswerError as error:
                yield self._errored(trial, name, error.trouble)

    def _errored(self, trial: Trial, name: str, trouble: Trouble) -> Finding:
        part = self.part
        message = troubles.trouble(trouble, trial.limits, part.name, part.names)
        facts = evidence.of_trouble(trouble, trial.files)
        return Finding(name, Verdict.ERRORED, message, evidence=facts)


def _has_sizes(operation: Operation) -> bool:
    # Shapes do not depend on what is drawn.
    rng = np.random.default_rng(0)
    return few_and_many_entries(operation, rng, ENTRIES[0]) is not None


def _finding(name: str, found: Reading) -> Finding:
    if found.sign is Sign.BAD:
        diagnosis = Diagnosis(*words.MISTAKES[name])
        return Finding(name, Verdict.FAILED, found.message, diagnosis=diagnosis)
    if found.message:
        return Finding(name, Verdict.PASSED, found.message)
    if found.sign is Sign.GOOD:
        return Finding(name, Verdict.PASSED, words.FINE[name])
    facts = {"notice": words.UNSURE[name]}
    return Finding(name, Verdict.PASSED, words.UNSURE[name], evidence=facts)


class _Bill:
    """What is known about the cost of one component; a mistake is counted once.

    Parameters
    ----------
    judged
        The quantities that have points.
    """

    def __init__(self, trial: Trial, part: Component, judged: Container[str]) -> None:
        self._trial = trial
        self._part = part
        self._judged = judged
        self._operation = part.reference()
        self._stopwatch = Stopwatch(trial, part, self._operation)

    @property
    def computes(self) -> bool:
        """Tell whether answers have the right shapes and depend on the inputs.

        Raises
        ------
        MissingAnswerError
            If the student's code failed.
        """
        right, got = self._plain
        shaped = all(
            got[draw][name].shape == one.value.shape
            for draw, expected in right.items()
            for name, one in expected.items()
        )
        return shaped and any(
            not np.array_equal(got["first"][name], got["second"][name])
            for name in self._operation.quantities
        )

    def loops(self) -> Reading:
        """Decide whether forward or backward loops over the examples."""
        forward = self._examples.loops(FORWARD)
        if forward.sign is Sign.BAD or not self._times_backward:
            return forward
        backward = self._examples.loops(BOTH)
        return forward if backward.sign is Sign.GOOD else backward

    def slopes(self) -> Reading:
        """Decide whether backward measures slopes, by its numbers and by its cost."""
        return self._slopes

    def share(self) -> Reading:
        """Decide whether backward costs too much for a reason not counted yet."""
        if self._slopes.sign is Sign.BAD:
            counted = DIFFERENCES in self._judged
            return (
                Reading(Sign.GOOD, words.COUNTED_ALREADY) if counted else self._slopes
            )
        if LOOPS in self._judged and self._examples.loops(BOTH).sign is Sign.BAD:
            return Reading(Sign.GOOD, words.COUNTED_ALREADY)
        return self._examples.share()

    @cached_property
    def _times_backward(self) -> bool:
        """Return whether backward can be timed on many examples.

        Measured slopes would take for ever there, and are no loop over the examples.
        """
        has_backward = bool(self._operation.gradients)
        return has_backward and self._slopes.sign is not Sign.BAD

    @cached_property
    def _examples(self) -> Examples:
        methods = (FORWARD, BOTH) if self._times_backward else (FORWARD,)
        return Examples(self._stopwatch, methods)

    @cached_property
    def _slopes(self) -> Reading:
        right, got = self._plain
        seen = [(right[draw], got[draw]) for draw in DRAWS]
        operation = self._operation
        noisy = measured(seen, operation.outputs, list(operation.gradients))
        if noisy:
            names = [comparing.spoken(n, operation, self._part.names) for n in noisy]
            return Reading(Sign.BAD, words.noisy_slopes(names))
        if not _has_sizes(operation):
            return Reading(Sign.UNCLEAR)
        return slopes(self._stopwatch)

    @cached_property
    def _plain(
        self,
    ) -> tuple[dict[str, Any], dict[str, dict[str, Array]]]:
        """Return right and given answers to a few plain questions."""
        operation, right, calls = self._operation, {}, []
        for name, variant in DRAWS.items():
            rng = self._trial.rng(f"plain {name}")
            arrays = operation.draw(rng, variant=variant)
            right[name] = reference_answer(operation, arrays, rng)
            steps = once("a", ONE, "plain")
            calls.append(sequence(self._part, operation, {ONE: arrays}, steps))
        taken = [Taken(answer) for answer in self._trial.ask(calls)]
        got = {
            name: {key: one("plain", key) for key in operation.quantities}
            for name, one in zip(DRAWS, taken, strict=True)
        }
        return right, got
