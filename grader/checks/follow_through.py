"""Find gradients that are right for the student's own, wrong forward.

Two things must hold on two cases each. The gradient is the derivative of the student's
own forward, by measured slopes. And it depends on everything that the right gradient
depends on: an identity function with a backward to match earns nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.checks.answers import Answer
from grader.checks.base import Trial
from grader.checks.compare import largest
from grader.checks.judging import DrawnCase
from grader.checks.mistakes import as_derivatives
from grader.checks.own_forward import Consistency, slopes
from grader.contract.messages import Array, Call
from reference.errors import ReferenceUseError
from reference.operations.base import Operation

Arrays = Mapping[str, Array]
# A change of the right gradient smaller than this is taken for none.
NO_CHANGE = 2.0**-30


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
        """Return those gradients that are right for the student's own forward."""
        found = set(quantities)
        for case, answer in zip(cases, answers, strict=True):
            found = self._explained_in(sorted(found), case, answer)
        return found

    def _explained_in(
        self, quantities: Sequence[str], case: DrawnCase, answer: Answer
    ) -> set[str]:
        usable = [name for name in quantities if self._is_usable(name, case, answer)]
        if not usable:
            return set()
        claimed = as_derivatives(
            self.operation, case.arrays, {name: answer.arrays[name] for name in usable}
        )
        measured = slopes(
            self.trial.ask,
            self.forward,
            case.arrays,
            {self.operation.gradients[name]: value for name, value in claimed.items()},
            weights(self.operation, case.arrays),
            self.trial.rng(f"directions {case.variant}"),
        )
        elsewhere = self._elsewhere(case)
        replies = self.trial.ask([self.backward(values) for values, _ in elsewhere])
        moved = [right for _, right in elsewhere]
        return {
            name
            for name in usable
            if measured[self.operation.gradients[name]].consistency
            is Consistency.CONSISTENT
            and self._depends(name, case, answer, moved, replies)
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
