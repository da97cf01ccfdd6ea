"""Find gradients that are right for the student's own, wrong forward.

Two things must hold on two cases each. The gradient is the derivative of the student's
own forward, by measured slopes. And it depends on everything that the right gradient
depends on: an identity function with a backward to match earns nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from grader.checks.answers import Answer
from grader.checks.base import Trial
from grader.checks.compare import largest
from grader.checks.judging import DrawnCase
from grader.checks.mistakes import as_derivatives
from grader.checks.own_forward import (
    DOUBLE,
    Consistency,
    Probe,
    Slope,
    slopes,
)
from grader.contract.messages import Array, Call
from reference.errors import ReferenceUseError
from reference.operations.base import Operation

Arrays = Mapping[str, Array]
# A change of the right gradient smaller than this is taken for none.
NO_CHANGE = 2.0**-30
# One step along one direction for each gradient.
QUICK = replace(DOUBLE, ladder=DOUBLE.ladder[:1])


@dataclass(frozen=True, eq=False)
class _Examined:
    """What is asked about one case.

    Parameters
    ----------
    moved
        Right answers for the inputs of ``moved_calls``.
    """

    case: DrawnCase
    answer: Answer
    probe: Probe
    slope_calls: Sequence[Call]
    moved: Sequence[Arrays]
    moved_calls: Sequence[Call]

    @property
    def calls(self) -> list[Call]:
        """Return everything that is asked, in order."""
        return [*self.slope_calls, *self.moved_calls]


@dataclass(frozen=True)
class OwnForward:
    """Asks the student's code about its own derivative.

    Parameters
    ----------
    forward, backward
        Make the calls without and with gradients for given inputs.
    """

    trial: Trial
    operation: Operation
    forward: Callable[[Arrays], Call]
    backward: Callable[[Arrays], Call]

    def explained(
        self,
        quantities: Sequence[str],
        cases: Sequence[DrawnCase],
        answers: Sequence[Answer],
    ) -> set[str]:
        """Return those gradients that are right for the student's own forward.

        All cases are asked in one process, for a process takes longer than the calls.
        """
        pairs = list(zip(cases, answers, strict=True))
        usable = [
            name
            for name in sorted(quantities)
            if all(self._is_usable(name, *pair) for pair in pairs)
        ]
        if not usable:
            return set()
        examined = [self._examined(usable, *pair) for pair in pairs]
        replies = iter(self.trial.ask([call for one in examined for call in one.calls]))
        found = set(usable)
        for one in examined:
            found &= self._passed(usable, one, list(islice(replies, len(one.calls))))
        return found

    def _examined(
        self, quantities: Sequence[str], case: DrawnCase, answer: Answer
    ) -> "_Examined":
        claimed = as_derivatives(
            self.operation,
            case.arrays,
            {name: answer.arrays[name] for name in quantities},
        )
        sources = self.operation.gradients
        # That decides nearly always; ``slopes`` knows what to do otherwise.
        probe = Probe(
            case.arrays,
            {sources[name]: value for name, value in claimed.items()},
            weights(self.operation, case.arrays),
            self.trial.rng(f"directions {case.variant}"),
            QUICK,
            directions=1,
        )
        elsewhere = self._elsewhere(case)
        slope_calls = [self.forward(values) for values in probe.inputs()]
        moved_calls = [self.backward(values) for values, _ in elsewhere]
        moved = [right for _, right in elsewhere]
        return _Examined(case, answer, probe, slope_calls, moved, moved_calls)

    def _passed(
        self, quantities: Sequence[str], one: "_Examined", replies: Sequence[Answer]
    ) -> set[str]:
        """Return the gradients that belong to the student's own forward in a case."""
        count = len(one.slope_calls)
        consistent = self._consistent(one, one.probe.judge(replies[:count]))
        return {
            name
            for name in quantities
            if self.operation.gradients[name] in consistent
            and self._depends(name, one.case, one.answer, one.moved, replies[count:])
        }

    def _consistent(self, one: "_Examined", found: Mapping[str, Slope]) -> set[str]:
        """Return the inputs whose slopes are as claimed, asking again where unclear."""
        unclear = {
            name: one.probe.gradients[name]
            for name, slope in found.items()
            if slope.consistency is Consistency.INCONCLUSIVE
        }
        if unclear:
            rng = self.trial.rng(f"more directions {one.case.variant}")
            again = slopes(
                self.trial.ask,
                self.forward,
                one.case.arrays,
                unclear,
                one.probe.upstreams,
                rng,
            )
            found = {**found, **again}
        return {
            name
            for name, slope in found.items()
            if slope.consistency is Consistency.CONSISTENT
        }

    def _elsewhere(self, case: DrawnCase) -> list[tuple[Arrays, Arrays]]:
        """Return the inputs with other values in one array each, and right answers.

        Values that do not go with the other arrays, such as labels that are longer
        than their example, are left out.
        """
        rng = self.trial.rng(f"elsewhere {case.variant}")
        other = self.operation.draw(rng, variant=case.variant)
        found: list[tuple[Arrays, Arrays]] = []
        for name in case.arrays:
            values = {**case.arrays, name: other[name]}
            try:
                found.append((values, self.operation.answer(values)))
            except (ReferenceUseError, ValueError):
                continue
        return found

    def _is_usable(self, quantity: str, case: DrawnCase, answer: Answer) -> bool:
        got = answer.arrays.get(quantity)
        if got is None or not np.isfinite(got).all():
            return False
        for output in weights(self.operation, case.arrays):
            out = answer.arrays.get(output)
            if out is None or out.shape != case.expected[output].value.shape:
                return False
        return got.shape == case.expected[quantity].value.shape

    def _depends(
        self,
        quantity: str,
        case: DrawnCase,
        answer: Answer,
        moved: Sequence[Arrays],
        replies: Sequence[Answer],
    ) -> bool:
        """Tell whether the gradient moves wherever the right one moves.

        Where the right one never moves nothing is shown, and nothing is earned.
        """
        right, before = case.expected[quantity].value, answer.arrays[quantity].ravel()
        shown = False
        for there, reply in zip(moved, replies, strict=True):
            if largest(there[quantity] - right) <= NO_CHANGE * largest(right):
                continue
            got = reply.arrays.get(quantity)
            # Flat, because the answer may have come in another shape that will do.
            if got is None or np.array_equal(got.ravel(), before):
                return False
            shown = True
        return shown


def weights(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    """Return the upstream gradient of each output that is differentiated."""
    return operation.upstreams(arrays) or {operation.output: np.ones(())}
