"""The kind ``training``: the student's loop trains a network of their parts.

Data, start weights and batch order come from the grader. ``losses`` replays the run and
compares every loss; ``accuracy`` is measured on our side, with reference layers, from
the weights that came back. Where something is wrong, the loop is run once more over
parts that we supply, so that a mistake in a part is not taken for one of the loop.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks import evidence
from grader.checks.answers import Answer, Trouble
from grader.checks.base import Check, Finding, Problem, Trial
from grader.checks.component import Component
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import training as words
from grader.checks.trainings import wrong_loops
from grader.checks.trainings.bands import Band
from grader.checks.trainings.params import TrainingParams, blind_spots
from grader.checks.trainings.replay import Task
from grader.checks.trainings.run import LOSSES, TrainingRun
from grader.checks.trainings.trainable import wrong_network
from grader.contract.messages import Array, Phase
from grader.report import Verdict

ACCURACY = "accuracy"
# Right code may end this much below the reference, by rounding alone.
SLACK = 0.01


class TrainingCheck(Check):
    """Replay one training run and measure what it reached."""

    kind = "training"
    Params = TrainingParams
    params: TrainingParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``losses`` and ``accuracy``."""
        return (LOSSES, ACCURACY)

    @property
    def component(self) -> str:
        """Return the name of the student's function."""
        return self.params.function

    @property
    def actions(self) -> tuple[str, ...]:
        """Return ``train``."""
        return ("train",)

    @property
    def default_title(self) -> str:
        """Say what is trained."""
        layers = ", ".join(self.params.layers)
        return f"{self.params.function}: {layers} with {self.params.optimizer}"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say which parts do not fit together, and what a replay would not show."""
        problems = super().problems(params, components)
        if LOSSES in params.points:
            problems += blind_spots(params)
        if ACCURACY in params.points and not params.accuracy_floor:
            problems.append((("accuracy_floor",), "must be stated for accuracy"))
        return problems + wrong_network(params, components, arranged=True)

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Train once with the student's loop; ask again only if something is wrong."""
        run = TrainingRun(self.params, self.components, trial, LOSSES in self.points)
        found = []
        if LOSSES in self.points:
            found.append(self._losses(run))
        if ACCURACY in self.points:
            found.append(self._accuracy(run))
        return found

    def _losses(self, run: TrainingRun) -> Finding:
        trouble = run.answer.trouble_before(LOSSES)
        if trouble is not None:
            message = self._stopped(run, trouble)
            facts = evidence.of_trouble(trouble, run.trial.files)
            return Finding(LOSSES, Verdict.ERRORED, message, run.share, evidence=facts)
        got = run.answer.arrays[LOSSES]
        steps = len(run.task.batches)
        if got.shape != (steps,) or got.dtype.kind not in "fiu":
            message = words.losses_shape(self.component, got, steps)
            if run.loop.message:
                message = _joined(message, run.explanation)
            named = wrong_loops.left_out(run.task, got)
            return Finding(LOSSES, Verdict.FAILED, message, diagnosis=named)
        got = got.astype(np.float64)
        right = Finding(
            LOSSES,
            Verdict.PASSED,
            words.losses_right(steps),
            evidence=_curves(run.band, got),
        )
        if run.band.first_outside(got) is None:
            return right
        if self.params.single_precision == "notice" and run.right_in_single(got):
            notice = comparing.SINGLE_NOTICE
            message = _joined(right.message, notice)
            noticed = {**right.evidence, "notice": notice}
            return replace(right, message=message, evidence=noticed)
        return self._wrong_losses(run, got, dict(right.evidence))

    def _stopped(self, run: TrainingRun, trouble: Trouble) -> str:
        message = troubles.trouble(trouble, run.trial.limits, self.component)
        if trouble.phase is Phase.TRAIN or run.loop_is_right:
            return _joined(message, run.explanation)
        return message

    def _wrong_losses(
        self, run: TrainingRun, got: Array, facts: dict[str, Any]
    ) -> Finding:
        """Tell a wrong loop from a right loop over wrong parts."""
        first = run.band.first_outside(got)
        assert first is not None  # noqa: S101 - the caller has seen one
        expected = float(run.band.losses[first])
        message = words.losses_wrong(first + 1, len(got), (expected, float(got[first])))
        facts |= {
            "first_wrong_step": first + 1,
            "expected": evidence.number(expected),
            "got": evidence.number(got[first]),
            "tolerance": evidence.number(run.band.tolerance[first]),
        }
        if run.loop.right:
            facts["own_parts"] = "the loop is right over parts that were supplied"
        elif run.explained:
            facts["own_parts"] = "known mistakes of the parts explain every loss"
        diagnosis = wrong_loops.recognised(
            run.task, got, run.band.losses, loop_is_right=run.loop_is_right
        )
        message = _joined(message, run.explanation)
        return Finding(LOSSES, Verdict.FAILED, message, run.share, diagnosis, facts)

    def _accuracy(self, run: TrainingRun) -> Finding:
        """Judge what came back; the reference itself must clear the bar."""
        names = run.task.weights
        missing = next((n for n in names if n not in run.answer.arrays), "")
        trouble = run.answer.trouble_before(missing) if missing else None
        if trouble is not None:
            message = words.NO_WEIGHTS
            if LOSSES not in self.points or LOSSES in run.answer.arrays:
                message = self._stopped(run, trouble)
            facts = evidence.of_trouble(trouble, run.trial.files)
            return Finding(
                ACCURACY, Verdict.ERRORED, message, run.share, evidence=facts
            )
        weights = _weights(run.task, run.answer)
        if weights is None:
            missed = Finding(ACCURACY, Verdict.FAILED, words.WEIGHTS_UNUSABLE)
            return self._perhaps_paid(run, missed)
        found = self._reached(run, weights)
        if found.verdict is Verdict.PASSED:
            return found
        return self._perhaps_paid(run, found)

    def _reached(self, run: TrainingRun, weights: Mapping[str, Array]) -> Finding:
        """Measure trained weights on examples that were held out."""
        floor = min(self.params.accuracy_floor, run.reference_accuracy - SLACK)
        reached = run.task.accuracy(weights)
        before, after = (
            run.task.measured_loss(one) for one in (run.task.weights, weights)
        )
        facts = {
            "accuracy": evidence.number(reached),
            "floor": floor,
            "loss_before": evidence.number(before),
            "loss_after": evidence.number(after),
        }
        good = reached >= floor and after < before
        message = words.accuracy(reached, floor, before, after, good=good)
        verdict = Verdict.PASSED if good else Verdict.FAILED
        return Finding(ACCURACY, verdict, message, evidence=facts)

    def _perhaps_paid(self, run: TrainingRun, missed: Finding) -> Finding:
        """Give a right loop its share where a wrong part is the reason."""
        if not run.losses_wrong:
            return missed
        more = run.explanation
        if LOSSES in self.points:
            more = words.NOT_COUNTED_AGAIN if run.share else ""
        message = _joined(missed.message, more)
        return replace(missed, message=message, share=run.share)


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _weights(task: Task, answer: Answer) -> dict[str, Array] | None:
    """Return the weights that came back if they are numbers of the right shape."""
    found = {}
    for name, start in task.weights.items():
        got = answer.arrays.get(name)
        if got is None or got.shape != start.shape or got.dtype.kind not in "fiu":
            return None
        if not np.isfinite(got).all():
            return None
        found[name] = got.astype(np.float64)
    return found


def _curves(right: Band, got: Array) -> dict[str, Any]:
    return {
        "steps_compared": right.horizon,
        "curves": evidence.curves(
            "step",
            expected=right.losses,
            got=got,
            low=right.losses - right.tolerance,
            high=right.losses + right.tolerance,
        ),
    }
