"""The kind ``optimizer``: replay given gradients and follow the parameters.

The gradients do not depend on the parameters, so a wrong rule cannot hide behind
convergence. Two parameters of different shape show state that is shared by mistake.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from grader.checks import calls, evidence
from grader.checks.answers import Answer
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Number,
    Problem,
    Trial,
)
from grader.checks.compare import Expected, Index, compare, largest
from grader.checks.component import Component
from grader.checks.diagnosis import Sighting, diagnose
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import optimizer as words
from grader.contract.messages import Array
from grader.report import Verdict
from reference.errors import ConventionError
from reference.operations.base import Family, Operation

QUANTITY = "trajectory"
VARIANTS = (0, 1)
# The second replay has hyper-parameters that are this much of the first ones.
OTHER = 0.75
# Error over the distance travelled so far: right code stays below 1e-14.
DOUBLE_TOLERANCE = 1e-9
SINGLE_TOLERANCE = 3e-5


class OptimizerParams(ComponentParams):
    """Keys of ``kind = "optimizer"``; one quantity, ``trajectory``.

    Parameters
    ----------
    settings
        Hyper-parameters, by the names that ``construct`` of the component uses.
    steps
        How many gradients are replayed.
    """

    settings: dict[str, Number] = Field(default_factory=dict)
    steps: Annotated[int, Field(strict=True, ge=5, le=200)] = 12


@dataclass(frozen=True, slots=True)
class _Deviation:
    """The first step after which a parameter is wrong."""

    step: int
    name: str
    index: Index
    expected: float
    got: float
    error: float


class OptimizerCheck(ComponentCheck):
    """Compare the parameters after every step, relative to the distance travelled."""

    kind = "optimizer"
    Params = OptimizerParams
    families = (Family.OPTIMIZER,)
    params: OptimizerParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``trajectory``."""
        return (QUANTITY,)

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say which settings the reference does not take."""
        problems = super().problems(params, components)
        if problems:
            return problems
        try:
            components[params.component].reference(**params.settings)
        except ConventionError as error:
            return [(("settings",), str(error))]
        return []

    @property
    def default_title(self) -> str:
        """Say what is compared."""
        return f"{self.component}: {self.params.steps} steps"

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Replay on two sets of shapes and two sets of hyper-parameters."""
        operation = self.part.reference(**self.params.settings)
        ruled = [operation, self.part.reference(**self._other_settings(operation))]
        drawn = [self._draw(trial, operation, variant) for variant in VARIANTS]
        asked = [
            calls.optimizer(self.part, rule, arrays)
            for rule, arrays in zip(ruled, drawn, strict=True)
        ]
        answers = trial.ask(asked)
        sightings = [
            Sighting(rule, arrays, _scaled(rule, arrays), answer.arrays)
            for rule, arrays, answer in zip(ruled, drawn, answers, strict=True)
        ]
        single = False
        for sighting, answer in zip(sightings, answers, strict=True):
            finding, is_single = self._judge(trial, sighting, answer)
            single = single or is_single
            if finding is not None:
                if finding.verdict is Verdict.FAILED:
                    return [_diagnosed(finding, sightings)]
                return [finding]
        message = words.right(self.params.steps)
        facts: dict[str, Any] = {"tolerance": DOUBLE_TOLERANCE}
        if single:
            facts["notice"] = comparing.SINGLE_NOTICE
            message = f"{message} {comparing.SINGLE_NOTICE}"
        return [Finding(QUANTITY, Verdict.PASSED, message, evidence=facts)]

    def _other_settings(self, operation: Operation) -> dict[str, float]:
        """Return settings that differ where the student's constructor takes them.

        So a number that is written into the code shows, and two mistakes that agree
        for one learning rate do not agree for both.
        """
        known = operation.sizes({})
        varied = {
            name: known[name] * OTHER
            for name in self.part.construct
            if isinstance(name, str) and isinstance(known[name], float)
        }
        return {**self.params.settings, **varied}

    def _draw(
        self, trial: Trial, operation: Operation, variant: int
    ) -> dict[str, Array]:
        """Draw start values and exactly as many gradients as steps."""
        rng = trial.rng(f"inputs {variant}")
        arrays = operation.draw(rng, variant=variant)
        gradients = [name for name in arrays if name not in operation.parameters]
        while len(arrays[gradients[0]]) < self.params.steps:
            more = operation.draw(rng, variant=variant)
            for name in gradients:
                arrays[name] = np.concatenate([arrays[name], more[name]])
        for name in gradients:
            arrays[name] = arrays[name][: self.params.steps]
        return arrays

    def _judge(
        self, trial: Trial, seen: Sighting, answer: Answer
    ) -> tuple[Finding | None, bool]:
        """Return a finding if the case does not pass, and whether it is single."""
        for name in seen.operation.parameters:
            trouble = answer.trouble_before(name)
            if trouble is not None:
                message = troubles.trouble(trouble, trial.limits, self.component)
                facts = evidence.of_trouble(trouble, trial.files)
                return Finding(
                    QUANTITY, Verdict.ERRORED, message, evidence=facts
                ), False
            found = compare(seen.right[name], answer.arrays[name])
            if not np.isfinite(found.distance) and found.worst is None:
                message = comparing.wrong(f'params["{name}"]', found)
                facts = evidence.of_comparison(found, seen.arrays)
                return Finding(QUANTITY, Verdict.FAILED, message, evidence=facts), False
        single = self.params.single_precision == "notice"
        tolerance = SINGLE_TOLERANCE if single else DOUBLE_TOLERANCE
        deviation = _first_deviation(seen, tolerance)
        if deviation is None:
            return None, _first_deviation(seen, DOUBLE_TOLERANCE) is not None
        return self._failed(seen, _first_deviation(seen, DOUBLE_TOLERANCE)), False

    def _failed(self, seen: Sighting, first: _Deviation | None) -> Finding:
        assert first is not None  # noqa: S101 - the wider bound was exceeded already
        numbers = first.expected, first.got
        message = words.wrong(
            first.step + 1,
            self.params.steps,
            f'params["{first.name}"]',
            first.index,
            numbers,
        )
        place: Any = (slice(None), *first.index)
        facts = {
            "case": {name: list(value.shape) for name, value in seen.arrays.items()},
            "settings": dict(seen.operation.sizes({})),
            "first_wrong_step": first.step + 1,
            "worst_index": list(first.index),
            "expected": evidence.number(first.expected),
            "got": evidence.number(first.got),
            "tolerance": DOUBLE_TOLERANCE,
            "error": evidence.number(first.error),
            "curves": evidence.curves(
                "step",
                expected=seen.right[first.name].value[place],
                got=seen.got[first.name][place],
            ),
        }
        return Finding(QUANTITY, Verdict.FAILED, message, evidence=facts)


def _scaled(operation: Operation, arrays: Mapping[str, Array]) -> dict[str, Expected]:
    """Return the right paths, each on the scale of its own length."""
    return {
        name: Expected(path, largest(path - arrays[name]))
        for name, path in operation.answer(arrays).items()
    }


def _first_deviation(seen: Sighting, tolerance: float) -> _Deviation | None:
    """Return the earliest step whose error passes the tolerance in any parameter."""
    found: list[_Deviation] = []
    for name, expected in seen.right.items():
        right, got = expected.value, seen.got[name].astype(np.float64)
        steps = len(right)
        moved = np.abs(right - seen.arrays[name]).reshape(steps, -1).max(axis=1)
        travelled = np.maximum.accumulate(moved)
        with np.errstate(invalid="ignore"):
            error = np.abs(got - right)
        error = np.where(np.isnan(error), np.inf, error).reshape(steps, -1)
        share = error.max(axis=1) / np.maximum(travelled, np.finfo(np.float64).tiny)
        wrong = np.flatnonzero(share > tolerance)
        if wrong.size:
            step = int(wrong[0])
            flat = int(np.argmax(error[step]))
            index = tuple(int(i) for i in np.unravel_index(flat, right.shape[1:]))
            place = (step, *index)
            found.append(
                _Deviation(
                    step,
                    name,
                    index,
                    float(right[place]),
                    float(got[place]),
                    float(share[step]),
                )
            )
    return min(found, key=lambda one: one.step, default=None)


def _diagnosed(finding: Finding, sightings: list[Sighting]) -> Finding:
    """Name the wrong rule that takes exactly this path, if there is one."""
    for name in sightings[0].operation.parameters:
        diagnosis = diagnose(sightings, name, factors=False)
        if diagnosis is not None:
            return Finding(
                finding.quantity,
                finding.verdict,
                finding.message,
                diagnosis=diagnosis,
                evidence=finding.evidence,
            )
    return finding
