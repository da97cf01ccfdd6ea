"""The kind ``convergence``: a network that the student trains in their own way learns.

The student chooses start weights and order of the examples; a seed is given so that a
run can be repeated. What the network predicts for held-out examples is judged on our
side, and the best of several runs counts: a threshold at the 5 % quantile of right code
is missed by one right run in twenty, but by five in a row about once in three million.
For that each run has examples of its own: some held-out examples are harder than
others, and runs that share them miss the threshold together.

Labels of the held-out examples never reach the student's code, and the classes are
numbered anew for every report: weights that were trained elsewhere are of no use.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, cast

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
from grader.checks.trainings.loss_trends import trend
from grader.checks.trainings.trainable import (
    NetworkParams,
    network,
    row_of,
    wrong_network,
)
from grader.checks.trainings.translation import Translation
from grader.contract.messages import Array, Call, Outcome
from grader.report import Verdict
from reference.operations.families import LossOperation

ACCURACY = "accuracy"
# After these it is no use to try again: the next run would take as long to fail.
FINAL = (Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.KILLED, Outcome.NO_REPLY)

# Who is right in fewer cases than this share of a guess has learned something else.
FAR_BELOW = 0.5


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
        return problems + wrong_network(params, components, arranged=True)

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Train until one run reaches the threshold, or no run is left."""
        attempts = []
        for attempt in self._attempts(trial):
            attempts.append(attempt)
            if (attempt.accuracy or 0.0) >= self.params.threshold:
                return [self._passed(attempts)]
        return [self._failed(trial, attempts)]

    @cached_property
    def _translation(self) -> Translation:
        net = network(self.params, self.components)
        return Translation(row_of(self.params, self.components), net)

    def _attempts(self, trial: Trial) -> Iterator[Attempt]:
        seeds = trial.rng("seeds").integers(1, 2**31, self.params.runs)
        rngs = trial.rng("data").spawn(self.params.runs)
        dataset = DATASETS[self.params.data]
        # The same for all runs, or one of several would meet the usual numbers.
        numbers = trial.rng("numbers").permutation(dataset.classes)
        for seed, rng in zip(seeds.tolist(), rngs, strict=True):
            split = dataset.draw(rng, self.params.examples).renumbered(numbers)
            found = self._attempt(trial, seed, split)
            yield found
            trouble = found.trouble
            if trouble is not None and (trouble.at_load or trouble.outcome in FINAL):
                return

    def _attempt(self, trial: Trial, seed: int, split: Split) -> Attempt:
        arrays = self._translation.shown(
            {"X": split.inputs, "y": split.labels, "held_out": split.held_out_inputs}
        )
        options = {
            "family": "converge",
            "function": self.params.function,
            "seed": seed,
        }
        (answer,) = trial.ask([Call("converge", arrays, options, seed=seed)])
        trouble = answer.trouble_before("predictions")
        losses = answer.arrays.get("losses")
        if trouble is None:
            predictions = self._in_rows(answer.arrays["predictions"])
            return self._judged(predictions, split, losses)
        said = troubles.trouble(trouble, trial.limits, self.component)
        return Attempt(None, said, trouble, losses)

    def _in_rows(self, got: Array) -> Array:
        """Return predictions as the reference has them: scores in rows, or labels."""
        if got.ndim > 1:
            return self._translation.scores(got)
        return got - self._translation.first_label if got.dtype.kind in "fiu" else got

    def _judged(self, got: Array, split: Split, losses: Array | None) -> Attempt:
        """Measure predictions: labels, or scores with one column for each class."""
        labels, problem = split.held_out_labels, ""
        classes = DATASETS[self.params.data].classes
        if got.dtype.kind not in "fiub":
            return Attempt(None, words.predictions_not_real(got))
        if got.shape == (len(labels), classes):
            # argmax takes NaN for the largest entry.
            sound = np.isfinite(got).all(axis=1)
            right = sound & (np.argmax(got, axis=1) == labels)
            if not sound.all():
                lost = int(np.sum(~sound))
                problem = words.scores_not_finite(lost, len(labels))
        elif got.shape == labels.shape:
            right = got == labels
        else:
            problem = words.predictions_shape(got, len(labels), classes)
            return Attempt(None, problem)
        return Attempt(float(np.mean(right)), problem, losses=losses)

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
        """Say what the losses show: by themselves, or beside those of right runs."""
        classes = DATASETS[self.params.data].classes
        if max(one.accuracy or 0.0 for one in attempts) < FAR_BELOW / classes:
            return words.FEWER_THAN_A_GUESS
        guess = self._loss_of_a_guess()
        for one in attempts:
            found = trend(one.losses, guess)
            if found is not None and one.losses is not None:
                return words.wrong_trend(found, one.losses, guess)
        curves = [checkpoints(one.losses) for one in attempts]
        known = [curve for curve in curves if curve is not None]
        if not known:
            return words.look_at_loss(self.params.function)
        envelope = self.params.envelope
        if envelope is None:
            return ""
        place = envelope.first_outside(known)
        if place is None:
            return words.INSIDE
        loss = float(np.exp(np.mean(np.log(known), axis=0))[place])
        return words.outside(place, loss, float(np.exp(envelope.mean[place])))

    def _loss_of_a_guess(self) -> float:
        """Return the loss where every class has the same score."""
        classes = DATASETS[self.params.data].classes
        loss = cast(LossOperation, self._translation.net.loss.reference()).loss()
        return float(loss.forward(np.zeros((classes, classes)), np.arange(classes)))

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
