"""The kind ``training``: the student's loop trains a network of their parts.

Data, start weights and batch order come from the grader. ``losses`` replays the run and
compares every loss; ``accuracy`` is measured on our side, with reference layers, from
the weights that came back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from grader.checks import bands, evidence, mistaken_parts, replay
from grader.checks.answers import Answer
from grader.checks.bands import Band, Precision
from grader.checks.base import (
    Check,
    CheckParams,
    Finding,
    Name,
    Number,
    Problem,
    Share,
    Trial,
)
from grader.checks.component import Component
from grader.checks.feedback import comparing, troubles
from grader.checks.feedback import training as words
from grader.checks.replay import Net, Task
from grader.checks.trainable import wrong_parts
from grader.contract.messages import Array, Call, Phase
from grader.report import Verdict
from reference.errors import ConventionError

LOSSES = "losses"
ACCURACY = "accuracy"
PIXELS = 64
LEAST_HORIZON = 20
# Right code may end this much below the reference, by rounding alone.
SLACK = 0.01
Count = Annotated[int, Field(strict=True, ge=1)]


class TrainingParams(CheckParams):
    """Keys of ``kind = "training"``; quantities ``losses`` and ``accuracy``.

    Parameters
    ----------
    data
        Which images; the network reads 64 pixels and tells 10 classes apart.
    hidden
        Widths of the hidden layers.
    layers, loss, optimizer
        Names of components. The layers with parameters must be one more than
        ``hidden``.
    settings
        Hyper-parameters of the optimizer.
    function
        Name of the student's function.
    examples
        How many images are trained on; the others are held out. Not a multiple of
        ``batch_size``, so that a short batch ends every epoch.
    epochs, steps
        How long; ``steps`` cuts the epochs short.
    accuracy_floor
        Share of the held-out images that must be right; where the reference itself
        stays below it, what the reference reaches. Students see it.
    follow_through
        Share of the points that a right loop earns whose parts are wrong: if their
        mistakes are known and account for the losses, or if the network learns
        nevertheless.
    follow_through_loss
        The network has learned if its loss fell below this share of the first one.
    """

    data: Literal["digits"] = "digits"
    hidden: tuple[Count, ...] = (32,)
    layers: Annotated[tuple[Name, ...], Field(min_length=1)]
    loss: Name
    optimizer: Name
    settings: dict[str, Number] = Field(default_factory=dict)
    function: Name = "train"
    examples: Annotated[int, Field(strict=True, ge=50, le=1700)] = 990
    batch_size: Annotated[int, Field(strict=True, ge=2)] = 32
    epochs: Annotated[int, Field(strict=True, ge=1, le=100)] = 4
    steps: Annotated[int, Field(strict=True, ge=LEAST_HORIZON)] | None = None
    accuracy_floor: Share
    follow_through: Share = 0.0
    follow_through_loss: Share = 0.7


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
    def default_title(self) -> str:
        """Say what is trained."""
        layers = ", ".join(self.params.layers)
        return f"{self.params.function}: {layers} with {self.params.optimizer}"

    @classmethod
    def problems(
        cls, params: Any, components: Mapping[str, Component]
    ) -> list[Problem]:
        """Say which parts do not fit together."""
        problems = super().problems(params, components) + wrong_parts(
            params, components
        )
        if params.examples % params.batch_size == 0:
            reason = "must not be a multiple of batch_size: one batch must be short"
            problems.append((("examples",), reason))
        steps = -(-params.examples // params.batch_size) * params.epochs
        if min(steps, params.steps or steps) < LEAST_HORIZON:
            reason = f"must give at least {LEAST_HORIZON} steps, got {steps}"
            problems.append((("epochs",), reason))
        if problems:
            return problems
        weighted = sum(
            bool(components[name].reference().parameters) for name in params.layers
        )
        if weighted != len(params.hidden) + 1:
            reason = f"must be one width less than layers with weights ({weighted})"
            problems.append((("hidden",), reason))
        try:
            components[params.optimizer].reference(**params.settings)
        except ConventionError as error:
            problems.append((("settings",), str(error)))
        return problems

    def findings(self, trial: Trial) -> Iterable[Finding]:
        """Train once with the student's loop; ask more only if the losses differ."""
        task = self._task(trial)
        right, trained = task.run(task.weights)
        band = self._band(trial, task, right, bands.DOUBLE)
        if band.horizon < LEAST_HORIZON:
            raise ValueError(
                f"{self.params.id}: training must be predictable for "
                f"{LEAST_HORIZON} steps, got {band.horizon}"
            )
        (answer,) = trial.ask([self._call(task, driver=False)])
        losses = self._losses(trial, task, band, answer)
        accuracy = self._accuracy(trial, task, answer, task.accuracy(trained))
        if losses.share and accuracy.verdict is Verdict.FAILED:
            # What made the losses wrong has cost its points where it was found.
            message = f"{accuracy.message} {words.NOT_COUNTED_AGAIN}"
            accuracy = replace(accuracy, share=losses.share, message=message)
        return [losses, accuracy]

    def _band(
        self, trial: Trial, task: Task, right: Array, precision: Precision
    ) -> Band:
        rng = trial.rng(f"twins {precision.digit}")
        return bands.band(task, right, rng, precision)

    def _losses(self, trial: Trial, task: Task, right: Band, answer: Answer) -> Finding:
        trouble = answer.trouble_before(LOSSES)
        if trouble is not None:
            message = troubles.trouble(trouble, trial.limits, self.component)
            suspect = self._suspect(trial, task)
            if suspect and trouble.phase is Phase.TRAIN:
                message = f"{message} {words.may_come_from(suspect)}"
            facts = evidence.of_trouble(trouble, trial.files)
            return Finding(LOSSES, Verdict.ERRORED, message, evidence=facts)
        got = answer.arrays[LOSSES]
        steps = len(right.losses)
        if got.shape != right.losses.shape or got.dtype.kind not in "fiu":
            message = words.losses_shape(self.component, got, steps)
            return Finding(LOSSES, Verdict.FAILED, message)
        got = got.astype(np.float64)
        facts = _curves(right, got)
        message = words.losses_right(steps)
        if right.first_outside(got) is None:
            return Finding(LOSSES, Verdict.PASSED, message, evidence=facts)
        if self.params.single_precision == "notice":
            single = self._band(trial, task, right.losses, bands.SINGLE)
            if bands.right_in_single(task, right, single, got):
                facts["notice"] = comparing.SINGLE_NOTICE
                message = f"{message} {comparing.SINGLE_NOTICE}"
                return Finding(LOSSES, Verdict.PASSED, message, evidence=facts)
        return self._wrong_losses(trial, task, right, answer, facts)

    def _wrong_losses(
        self,
        trial: Trial,
        task: Task,
        right: Band,
        answer: Answer,
        facts: dict[str, Any],
    ) -> Finding:
        """Tell a wrong loop from a right loop over wrong parts."""
        got = answer.arrays[LOSSES].astype(np.float64)
        first = right.first_outside(got)
        assert first is not None  # noqa: S101 - the caller has seen one
        numbers = float(right.losses[first]), float(got[first])
        message = words.losses_wrong(first + 1, len(got), numbers)
        facts |= {
            "first_wrong_step": first + 1,
            "expected": evidence.number(numbers[0]),
            "got": evidence.number(numbers[1]),
            "tolerance": evidence.number(right.tolerance[first]),
        }
        diagnosis = replay.recognised(task, got, right.losses)
        suspect = self._suspect(trial, task)
        if mistaken_parts.explain(task, trial.earlier, got, trial.rng("mistakes")):
            facts["own_parts"] = "the known mistakes of the parts explain every loss"
            message += f" {words.loop_is_right(suspect)} {words.LOOP_COUNTS}"
            share = self.params.follow_through
            return Finding(LOSSES, Verdict.FAILED, message, share, diagnosis, facts)
        share = 0.0
        (plain,) = trial.ask([self._call(task, driver=True)])
        own = plain.arrays.get(LOSSES)
        own = None if own is None else own.astype(np.float64)
        if own is not None and right.first_outside(own) is None:
            message += f" {words.PARTS_ARE_RIGHT}"
        elif own is not None and self._starts_alike(task, got, own):
            message += f" {words.loop_is_right(suspect)}"
            if replay.alike(got, own) and self._has_learned(task, answer):
                share = self.params.follow_through
                facts["own_parts"] = "the loop does the same as a plain one"
                message += f" {words.LOOP_COUNTS}"
        elif suspect:
            message += f" {words.may_come_from(suspect)}"
        return Finding(LOSSES, Verdict.FAILED, message, share, diagnosis, facts)

    def _starts_alike(self, task: Task, got: Array, own: Array) -> bool:
        """Compare the steps that show every known mistake of a loop.

        The parts are wrong, so later losses may be chaotic or not finite at all.
        """
        steps = replay.telling_steps(task)
        return replay.alike(got[:steps], own[:steps])

    def _suspect(self, trial: Trial, task: Task) -> str:
        """Return which earlier result shows the part that is wrong, if one does."""
        for result in trial.earlier:
            bad = result.verdict in (Verdict.FAILED, Verdict.ERRORED)
            if bad and result.component in task.net.parts:
                return f"{result.component} ({result.title}, {result.quantity})"
        return ""

    def _has_learned(self, task: Task, answer: Answer) -> bool:
        """Require that the loss fell by the student's account and by ours."""
        weights = _weights(task, answer)
        if weights is None:
            return False
        got = answer.arrays[LOSSES].astype(np.float64)
        count = max(1, len(got) // 10)
        share = self.params.follow_through_loss
        reported = got[-count:].mean() <= share * got[:count].mean()
        start = task.measured_loss(task.weights)
        return bool(reported) and task.measured_loss(weights) <= share * start

    def _accuracy(
        self, trial: Trial, task: Task, answer: Answer, reference: float
    ) -> Finding:
        """Judge what came back; the reference itself must clear the bar."""
        missing = next((name for name in task.weights if name not in answer.arrays), "")
        trouble = answer.trouble_before(missing) if missing else None
        if trouble is not None:
            message = troubles.trouble(trouble, trial.limits, self.component)
            if LOSSES in self.points and LOSSES not in answer.arrays:
                message = words.NO_WEIGHTS
            stopped = evidence.of_trouble(trouble, trial.files)
            return Finding(ACCURACY, Verdict.ERRORED, message, evidence=stopped)
        weights = _weights(task, answer)
        if weights is None:
            return Finding(ACCURACY, Verdict.FAILED, words.WEIGHTS_UNUSABLE)
        floor = min(self.params.accuracy_floor, reference - SLACK)
        accuracy = task.accuracy(weights)
        before, after = task.measured_loss(task.weights), task.measured_loss(weights)
        facts: dict[str, Any] = {
            "accuracy": evidence.number(accuracy),
            "floor": floor,
            "loss_before": evidence.number(before),
            "loss_after": evidence.number(after),
        }
        good = accuracy >= floor and after < before
        message = words.accuracy(accuracy, floor, before, after, good=good)
        verdict = Verdict.PASSED if good else Verdict.FAILED
        return Finding(ACCURACY, verdict, message, evidence=facts)

    def _task(self, trial: Trial) -> Task:
        params = self.params
        net = Net(
            layers=tuple(self.components[name] for name in params.layers),
            loss=self.components[params.loss],
            optimizer=self.components[params.optimizer],
            optimizer_operation=self.components[params.optimizer].reference(
                **params.settings
            ),
            widths=(PIXELS, *params.hidden, replay.CLASSES),
        )
        return replay.digits_task(
            net,
            trial.rng("task"),
            params.examples,
            params.batch_size,
            params.epochs,
            params.steps,
        )

    def _call(self, task: Task, *, driver: bool) -> Call:
        net = task.net
        operation = net.optimizer_operation
        layers = []
        for (part, names), (_, arrays) in zip(
            net.named(), net.with_weights(task.weights), strict=True
        ):
            sizes = part.reference().sizes(arrays) if arrays else {}
            construct = part.arguments(sizes)
            layers.append(
                {"component": part.name, "construct": construct, "params": names}
            )
        options = {
            "family": "train",
            "function": self.params.function,
            "layers": layers,
            "loss": net.loss.name,
            "optimizer": {
                "component": net.optimizer.name,
                "construct": net.optimizer.arguments(operation.sizes({})),
            },
            "driver": driver,
        }
        arrays = {
            "X": task.inputs,
            "y": task.labels,
            "batches": task.padded_batches(),
            **task.weights,
        }
        return Call("train", arrays, options)


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
