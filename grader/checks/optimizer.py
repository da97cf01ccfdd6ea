"""The kind ``optimizer``: replay given gradients and follow the parameters.

The gradients do not depend on the parameters, so a wrong rule cannot hide behind
convergence. Two parameters of different shape show state that is shared by mistake.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from grader.checks import calls, evidence, snippet
from grader.checks.answers import Answer
from grader.checks.base import (
    ComponentCheck,
    ComponentParams,
    Finding,
    Number,
    Problem,
    Trial,
)
from grader.checks.compare import (
    Comparison,
    Expected,
    Match,
    compare,
    largest,
)
from grader.checks.component import Component
from grader.checks.diagnosis import Sighting, diagnose
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import optimizer as words
from grader.checks.paths import DOUBLE, SINGLE, Deviation, first_deviation, is_single
from grader.contract.messages import Array
from grader.report import Verdict
from reference.errors import ConventionError
from reference.operations.base import Family, Operation

QUANTITY = "trajectory"
VARIANTS = (0, 1)
# The second replay has hyper-parameters that are this much of the first ones.
OTHER = 0.75


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
        facts: dict[str, Any] = {"tolerance": DOUBLE.share}
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
                message = troubles.trouble(
                    trouble, trial.limits, self.component, self.part.names
                )
                facts = evidence.of_trouble(trouble, trial.files)
                return Finding(
                    QUANTITY, Verdict.ERRORED, message, evidence=facts
                ), False
            found = compare(seen.right[name], answer.arrays[name])
            if not np.isfinite(found.distance) and found.worst is None:
                message = self._unlike(name, found)
                facts = evidence.of_comparison(found, seen.arrays)
                return Finding(QUANTITY, Verdict.FAILED, message, evidence=facts), False
        allowed = self.params.single_precision == "notice"
        first = first_deviation(seen, DOUBLE)
        coarse = first_deviation(seen, SINGLE) if allowed else first
        if first is None or coarse is None:
            return None, first is not None
        # In single precision only the coarse one is more than rounding.
        shown = coarse if is_single(seen.got[coarse.name]) else first
        return self._failed(trial, seen, shown), False

    def _unlike(self, name: str, found: Comparison) -> str:
        """Say why a path cannot be compared; its first axis counts the steps."""
        got, needed = found.got.shape, found.expected.shape
        if found.match is Match.SHAPE and got[:1] == needed[:1]:
            return words.wrong_shape(self._spoken(name), got[1:], needed[1:])
        return comparing.wrong(self._spoken(name), found)

    def _spoken(self, parameter: str) -> str:
        """Return what the student calls a parameter."""
        return self.part.names.get(parameter, f'params["{parameter}"]')

    def _failed(self, trial: Trial, seen: Sighting, first: Deviation) -> Finding:
        numbers = first.expected, first.got
        message = words.wrong(
            first.step + 1,
            self.params.steps,
            self._spoken(first.name),
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
            "tolerance": DOUBLE.share,
            "error": evidence.number(first.error),
            "curves": evidence.curves(
                "step",
                expected=seen.right[first.name].value[place],
                got=seen.got[first.name][place],
            ),
        }
        facts |= self._replay(trial, seen, first)
        return Finding(QUANTITY, Verdict.FAILED, message, evidence=facts)

    def _replay(self, trial: Trial, seen: Sighting, first: Deviation) -> dict[str, Any]:
        """Return the steps as code to run at home, if their inputs are public."""
        if not trial.public_inputs:
            return {}
        source = snippet.of_steps(
            trial.binding,
            self.part,
            seen.operation,
            seen.arrays,
            first.step,
            (first.name, first.index),
            first.expected,
        )
        return {"replay": source} if source else {}


def _scaled(operation: Operation, arrays: Mapping[str, Array]) -> dict[str, Expected]:
    """Return the right paths, each on the scale of its own length."""
    return {
        name: Expected(path, largest(path - arrays[name]))
        for name, path in operation.answer(arrays).items()
    }


def _diagnosed(finding: Finding, sightings: list[Sighting]) -> Finding:
    """Name the wrong rule that takes exactly this path; else say how to find it."""
    for name in sightings[0].operation.parameters:
        diagnosis = diagnose(sightings, name, factors=False)
        if diagnosis is not None:
            return replace(finding, diagnosis=diagnosis)
    return replace(finding, message=f"{finding.message} {words.BY_HAND}")
