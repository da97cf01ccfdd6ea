"""The kind ``gradcheck``: backward against the student's own forward.

This explains and needs no reference answer: a layer whose forward is wrong can still
have a backward that belongs to it. It cannot see a pair that is wrong in the same way.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from grader.checks import calls, evidence
from grader.checks.answers import Answer
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Points,
    Trial,
)
from grader.checks.component import Component
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import gradcheck as words
from grader.checks.follow_through import weights
from grader.checks.own_forward import (
    DOUBLE,
    Consistency,
    Precision,
    Slope,
    slopes,
)
from grader.contract.messages import Array, Call
from grader.report import Verdict
from reference.operations.base import Family, Operation

# The first steps decide; the others only draw the curve of error against step size.
LADDER = Precision(DOUBLE.unit, (*DOUBLE.ladder, 2.0**-6, 2.0**-9, 2.0**-25, 2.0**-30))
QUANTITY = "gradcheck"
# A direction may cross a kink or, in single precision, drown in rounding.
TRIES = 3

Arrays = Mapping[str, Array]


class GradcheckParams(ComponentParams):
    """Keys of ``kind = "gradcheck"``; one quantity, ``gradcheck``.

    Parameters
    ----------
    points
        0 if left out: feedback only.
    """

    points: Points = Field(default={"": 0.0})


class GradcheckCheck(ComponentCheck):
    """Measure slopes of the student's forward against the student's gradients."""

    kind = "gradcheck"
    Params = GradcheckParams
    families = (Family.LAYER, Family.LOSS)

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``gradcheck``."""
        return (QUANTITY,)

    @property
    def default_title(self) -> str:
        """Say what is compared with what."""
        return f"{self.component}: backward against your own forward"

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Ask for the gradients, then for the forward along a direction."""
        operation = self.part.reference()
        arrays = operation.draw(trial.rng("inputs 0"), variant=0)
        (answer,) = trial.ask([self._call(operation, arrays, backward=True)])
        needed = operation.quantities
        missing = next((n for n in needed if n not in answer.arrays), None)
        if missing is not None:
            yield self._errored(trial, answer, missing)
            return
        sources = operation.gradients
        for name, source in sources.items():
            got, shape = answer.arrays[name].shape, arrays[source].shape
            if got != shape:
                spoken = comparing.spoken(name, operation)
                message = words.wrong_shape(spoken, got, shape)
                yield Finding(QUANTITY, Verdict.FAILED, message)
                return
        claimed = {source: answer.arrays[name] for name, source in sources.items()}
        yield _judged(operation, self._measured(trial, operation, arrays, claimed))

    def _measured(
        self, trial: Trial, operation: Operation, arrays: Arrays, claimed: Arrays
    ) -> dict[str, Slope]:
        """Measure each slope; where one direction decides nothing, try another."""
        rng = trial.rng("directions")
        measured: dict[str, Slope] = {}
        unclear = dict(claimed)
        for _ in range(TRIES):
            measured |= slopes(
                trial.ask,
                lambda values: self._call(operation, values, backward=False),
                arrays,
                unclear,
                weights(operation, arrays),
                rng,
                precision=LADDER,
                directions=1,
            )
            unclear = {
                source: claimed[source]
                for source, slope in measured.items()
                if slope.consistency is Consistency.INCONCLUSIVE
            }
            if not unclear:
                break
        return measured

    def _call(
        self, operation: Operation, arrays: Mapping[str, Array], *, backward: bool
    ) -> Call:
        make = calls.layer if operation.family is Family.LAYER else calls.loss
        return make(self.part, operation, arrays, backward=backward)

    def _errored(self, trial: Trial, answer: Answer, missing: str) -> Finding:
        trouble = answer.trouble_before(missing)
        assert trouble is not None  # noqa: S101 - it is missing, so there is a reason
        message = troubles.trouble(trouble, trial.limits, self.component)
        facts = evidence.of_trouble(trouble, trial.files)
        return Finding(QUANTITY, Verdict.ERRORED, message, evidence=facts)


def _judged(operation: Operation, measured: Mapping[str, Slope]) -> Finding:
    """Fail for any gradient that is no slope; pass only if all are known to be."""
    by_name = {name: measured[source] for name, source in operation.gradients.items()}
    facts: evidence.Evidence = {
        "curves": {
            name: evidence.curves("step size", steps=slope.steps, error=slope.errors)
            for name, slope in by_name.items()
        }
    }
    wrong = _named(by_name, Consistency.INCONSISTENT)
    unclear = _named(by_name, Consistency.INCONCLUSIVE)
    if wrong:
        first = by_name[wrong[0]]
        facts |= {
            "expected": evidence.number(first.measured),
            "got": evidence.number(first.claimed),
            "tolerance": evidence.number(first.tolerance),
        }
        message = " ".join(
            words.failed(
                comparing.spoken(name, operation),
                by_name[name].measured,
                by_name[name].claimed,
            )
            for name in wrong
        )
        return Finding(QUANTITY, Verdict.FAILED, message, evidence=facts)
    if unclear:
        message = words.undecided(unclear)
        return Finding(QUANTITY, Verdict.SKIPPED, message, evidence=facts)
    message = words.passed(list(by_name))
    return Finding(QUANTITY, Verdict.PASSED, message, evidence=facts)


def _named(by_name: Mapping[str, Slope], consistency: Consistency) -> list[str]:
    return [name for name, found in by_name.items() if found.consistency is consistency]
