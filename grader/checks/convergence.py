"""The kind ``convergence``: a network that the student trains in their own way learns.

The student chooses start weights and order of the examples; a seed is given so that a
run can be repeated. What the network predicts for held-out examples is judged on our
side, and the best of several runs counts: a threshold at the 5 % quantile of right code
is missed by one right run in twenty, but by five in a row about once in three million.
Labels of the held-out examples never reach the student's code.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from grader.checks import evidence
from grader.checks.answers import Trouble
from grader.checks.base import Check, Finding, Name, Problem, Trial
from grader.checks.component import Component
from grader.checks.feedback import convergence as words
from grader.checks.feedback import troubles
from grader.checks.trainings.datasets import DATASETS, Split
from grader.checks.trainings.envelope import Envelope, checkpoints
from grader.checks.trainings.trainable import NetworkParams, wrong_network
from grader.contract.messages import Array, Call, Outcome
from grader.report import Verdict

ACCURACY = "accuracy"
# After these it is no use to try again: the next run would take as long to fail.
FINAL = (Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.KILLED, Outcome.NO_REPLY)


class ConvergenceParams(NetworkParams):
    """Keys of ``kind = "convergence"``; its only quantity is ``accuracy``.

    ``layers``, ``hidden``, ``loss``, ``optimizer``, ``settings``, ``batch_size`` and
    ``epochs`` describe what the handout asks for. The reference is trained with them
    when the threshold is measured, and not when a submission is graded.

    Parameters
    ----------
    function
        Name of the student's function: ``function(X, y, seed)`` returns something that
        predicts, or a pair of that and the mean loss of each epoch.
    threshold
        Share of the held-out examples that the best run must get right. At most the 5 %
        quantile of the reference, which ``grader validate`` measures.
    runs
        How often the student's function may try.
    envelope
        Losses of right runs, as measured with the threshold; for hints only.
    """

    function: Name = "train_network"
    threshold: Annotated[float, Field(strict=True, gt=0, le=1)]
    runs: Annotated[int, Field(strict=True, ge=1, le=20)] = 5
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One training by the student's function.

    Parameters
    ----------
    accuracy
        ``None`` if there is none; then ``problem`` says why.
    losses
        What the student says the loss was; evidence only.
    """

    accuracy: float | None
    problem: str = ""
    trouble: Trouble | None = None
    losses: Array | None = None


class ConvergenceCheck(Check):
    """Let the student train several times and measure the best result."""

    kind = "convergence"
    Params = ConvergenceParams
    params: ConvergenceParams

    @classmethod
    def quantities(
        cls, params: Any, components: Mapping[str, Component]
    ) -> tuple[str, ...]:
        """Return ``accuracy``."""
        return (ACCURACY,)

    @property
    def actions(self) -> tuple[str, ...]:
        """Return ``converge``."""
        return ("converge",)

    @property
    def component(self) -> str:
        """Return the name of the student's function."""
        return self.params.function

    @property
    def default_title(self) -> str:
        """Say what is learned."""
        return f"{self.params.function} learns {self.params.data}"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say what cannot be put together, and a threshold that proves nothing."""
        problems = super().problems(params, components)
        classes = DATASETS[params.data].classes
        if params.threshold <= 1 / classes:
            reason = f"must be above {1 / classes:g}, which guessing reaches"
            problems.append((("threshold",), reason))
        return problems + wrong_network(params, components)

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Train until one run reaches the threshold, or no run is left."""
        split = DATASETS[self.params.data].draw(trial.rng("data"), self.params.examples)
        attempts = []
        for attempt in self._attempts(trial, split):
            attempts.append(attempt)
            if (attempt.accuracy or 0.0) >= self.params.threshold:
                return [self._passed(attempts)]
        return [self._failed(trial, attempts)]

    def _attempts(self, trial: Trial, split: Split) -> Iterator[Attempt]:
        seeds = trial.rng("seeds").integers(1, 2**31, self.params.runs)
        arrays = {
            "X": split.inputs,
            "y": split.labels,
            "held_out": split.held_out_inputs,
        }
        for seed in seeds.tolist():
            options = {
                "family": "converge",
                "function": self.params.function,
                "seed": seed,
            }
            (answer,) = trial.ask([Call("converge", arrays, options, seed=seed)])
            trouble = answer.trouble_before("predictions")
            losses = answer.arrays.get("losses")
            if trouble is None:
                found = self._judged(answer.arrays["predictions"], split, losses)
            else:
                said = troubles.trouble(trouble, trial.limits, self.component)
                found = Attempt(None, said, trouble, losses)
            yield found
            if trouble is not None and (trouble.at_load or trouble.outcome in FINAL):
                return

    def _judged(self, got: Array, split: Split, losses: Array | None) -> Attempt:
        """Measure predictions: labels, or scores with one column for each class."""
        labels = split.held_out_labels
        classes = DATASETS[self.params.data].classes
        if got.dtype.kind not in "fiub":
            return Attempt(None, words.predictions_not_real(got))
        if got.shape == (len(labels), classes):
            # argmax takes NaN for the largest entry.
            sound = np.isfinite(got).all(axis=1)
            right = sound & (np.argmax(got, axis=1) == labels)
        elif got.shape == labels.shape:
            right = got == labels
        else:
            problem = words.predictions_shape(got, len(labels), classes)
            return Attempt(None, problem)
        return Attempt(float(np.mean(right)), losses=losses)

    def _passed(self, attempts: list[Attempt]) -> Finding:
        shares = [one.accuracy for one in attempts]
        message = words.reached(shares[-1] or 0.0, self.params.threshold, len(attempts))
        return Finding(
            ACCURACY, Verdict.PASSED, message, evidence=self._facts(attempts)
        )

    def _failed(self, trial: Trial, attempts: list[Attempt]) -> Finding:
        shares = [one.accuracy for one in attempts if one.accuracy is not None]
        facts = self._facts(attempts)
        last = attempts[-1]
        if not shares:
            if last.trouble is None:
                return Finding(ACCURACY, Verdict.FAILED, last.problem, evidence=facts)
            facts |= evidence.of_trouble(last.trouble, trial.files)
            return Finding(ACCURACY, Verdict.ERRORED, last.problem, evidence=facts)
        message = words.missed(
            shares, self.params.threshold, DATASETS[self.params.data].classes
        )
        problem = next((one.problem for one in attempts if one.problem), "")
        hint = problem or self._hint(attempts)
        return Finding(
            ACCURACY, Verdict.FAILED, f"{message} {hint}".rstrip(), evidence=facts
        )

    def _hint(self, attempts: list[Attempt]) -> str:
        """Say where the losses leave those of right runs, if they are known."""
        envelope = self.params.envelope
        curves = [checkpoints(one.losses) for one in attempts]
        known = [curve for curve in curves if curve is not None]
        if not known:
            return words.LOOK_AT_LOSS
        place = None if envelope is None else envelope.first_outside(known)
        if envelope is None or place is None:
            return ""
        loss = float(np.exp(np.mean(np.log(known), axis=0))[place])
        return words.outside(place, loss, float(np.exp(envelope.mean[place])))

    def _facts(self, attempts: list[Attempt]) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "threshold": self.params.threshold,
            "accuracies": [
                None if one.accuracy is None else evidence.number(one.accuracy)
                for one in attempts
            ],
        }
        curves = {
            f"run_{number}": curve
            for number, one in enumerate(attempts, start=1)
            if (curve := checkpoints(one.losses)) is not None
        }
        if curves:
            envelope = self.params.envelope
            band = {} if envelope is None else envelope.curves()
            facts["curves"] = evidence.curves("checkpoint", **band, **curves)
        return facts
