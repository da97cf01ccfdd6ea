"""One submission's training: the right numbers, the student's, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from grader.checks.answers import Answer
from grader.checks.base import Trial
from grader.checks.component import Component
from grader.checks.feedback import training as words
from grader.checks.trainings import bands, mistaken_parts, recording, script
from grader.checks.trainings.bands import Band, Precision
from grader.checks.trainings.params import TrainingParams
from grader.checks.trainings.recording import Judgement
from grader.checks.trainings.replay import Net, Task, draw_task
from grader.checks.trainings.trainable import network, row_of
from grader.checks.trainings.translation import Translation
from grader.contract.messages import Array, Call
from grader.report import CheckResult, Verdict

LOSSES = "losses"
# Steps of which the losses must be predictable, or all where there are fewer.
LEAST_HORIZON = 20


@dataclass(eq=False)
class TrainingRun:
    """One submission's training, with everything worked out when it is needed.

    Parameters
    ----------
    judges_losses
        Whether the losses are looked at, so that they must be predictable.
    """

    params: TrainingParams
    components: Mapping[str, Component]
    trial: Trial
    judges_losses: bool

    @cached_property
    def net(self) -> Net:
        """Return the network of reference parts."""
        return network(self.params, self.components)

    @cached_property
    def translation(self) -> Translation:
        """Return what turns arrays round for the students' loop."""
        return Translation(row_of(self.params, self.components), self.net)

    @cached_property
    def task(self) -> Task:
        """Return data, start weights and batches of this submission."""
        params = self.params
        return draw_task(
            self.net,
            self.trial.rng("task"),
            params.data,
            params.examples,
            params.batch_size,
            params.epochs,
            params.steps,
        )

    @cached_property
    def _reference(self) -> tuple[Array, Mapping[str, Array]]:
        return self.task.run(self.task.weights)

    @cached_property
    def reference_accuracy(self) -> float:
        """Return what a right run reaches on held-out examples."""
        return self.task.accuracy(self._reference[1])

    @cached_property
    def band(self) -> Band:
        """Return the right losses with their tolerance.

        Raises
        ------
        ValueError
            If rounding alone decides too early; the assignment is wrong then.
        """
        found = self._band(bands.DOUBLE)
        least = min(LEAST_HORIZON, len(self.task.batches))
        if found.horizon < least:
            raise ValueError(
                f"{self.params.id}: training must be predictable for "
                f"{least} steps, got {found.horizon}"
            )
        return found

    def _band(self, precision: Precision) -> Band:
        rng = self.trial.rng(f"twins {precision.digit}")
        return bands.band(self.task, self._reference[0], rng, precision)

    def right_in_single(self, got: Array) -> bool:
        """Tell whether losses are right for single precision."""
        single = self._band(bands.SINGLE)
        return bands.right_in_single(self.task, self.band, single, got)

    @cached_property
    def answer(self) -> Answer:
        """Return what the student's loop gave over their own parts, in rows."""
        if self.judges_losses:
            _ = self.band  # so that our own fault is found before anybody is asked
        (answer,) = self.trial.ask([self._call(self.task)])
        return replace(answer, arrays=self.translation.taken(answer.arrays))

    @cached_property
    def losses_wrong(self) -> bool:
        """Tell whether the losses are known to be wrong, or are not looked at."""
        got = self.answer.arrays.get(LOSSES)
        if not self.judges_losses or got is None:
            return True
        if got.shape != self.band.losses.shape or got.dtype.kind not in "fiu":
            return True
        return self.band.first_outside(got.astype(np.float64)) is not None

    @cached_property
    def loop(self) -> Judgement:
        """Run the loop over stand-ins and judge what it did with them."""
        task = draw_task(
            self.net,
            self.trial.rng("script"),
            self.params.data,
            script.EXAMPLES,
            script.BATCH_SIZE,
            script.EPOCHS,
        )
        written = script.write(task)
        trouble = self.answer.trouble
        if written is None or (trouble is not None and trouble.at_load):
            return Judgement(right=False)
        (answer,) = self.trial.ask([self._call(task, written.arrays())])
        returned = answer.trouble is None
        return recording.judge(written, answer.arrays, returned=returned)

    @cached_property
    def explained(self) -> bool:
        """Tell whether known mistakes of the parts account for every loss.

        For loops of which there is no record.
        """
        got = self.answer.arrays.get(LOSSES)
        if self.loop.recorded or got is None or got.shape != (len(self.task.batches),):
            return False
        if got.dtype.kind not in "fiu":
            return False
        earlier, rng = self.trial.earlier, self.trial.rng("mistakes")
        return mistaken_parts.explain(self.task, earlier, got.astype(np.float64), rng)

    @property
    def loop_is_right(self) -> bool:
        """Tell whether there is evidence that the loop itself is right."""
        return self.loop.right or self.explained

    @cached_property
    def suspect(self) -> str:
        """Return which earlier result shows the part that is wrong, if one does."""
        wrong = [
            result
            for result in self.trial.earlier
            if result.verdict in (Verdict.FAILED, Verdict.ERRORED)
            and result.component in self.net.parts
        ]
        if not wrong:
            return ""
        # A part that stopped in the very line in which training stopped comes first.
        found = next((one for one in wrong if self._stopped_by(one)), wrong[0])
        return f"{found.component} ({found.title}, {found.quantity})"

    def _stopped_by(self, result: CheckResult) -> bool:
        trouble = self.answer.trouble
        if trouble is None or trouble.fault is None or not trouble.fault.file:
            return False
        earlier = result.evidence.get("fault", {})
        place = earlier.get("file"), earlier.get("line")
        return place == (trouble.fault.file, trouble.fault.line)

    @property
    def share(self) -> float:
        """Return what a right loop over a part that was found wrong has earned."""
        earned = self.loop_is_right and bool(self.suspect)
        return self.params.follow_through if earned else 0.0

    @property
    def explanation(self) -> str:
        """Say what the run over stand-ins showed, if anything."""
        if self.loop_is_right:
            text = words.loop_is_right(self.suspect, supplied=self.loop.right)
            return f"{text} {words.LOOP_COUNTS}" if self.share else text
        if self.loop.message:
            return f"{words.OVER_SUPPLIED_PARTS} {self.loop.message}"
        return words.may_come_from(self.suspect) if self.suspect else ""

    def _call(self, task: Task, scripted: Mapping[str, Array] | None = None) -> Call:
        params = self.params
        net = task.net
        layers = []
        for at, (part, arrays) in enumerate(net.with_weights(task.weights)):
            sizes = part.reference().sizes(arrays) if arrays else {}
            layers.append(
                {
                    "component": part.name,
                    "construct": part.arguments(sizes),
                    "params": net.named()[at][1],
                    **part.places,
                    "looks": self.translation.layer_looks(at),
                }
            )
        construct = net.optimizer.arguments(net.optimizer_operation.sizes({}))
        options = {
            "family": "train",
            "function": params.function,
            "layers": layers,
            "loss": net.loss.name,
            "loss_looks": self.translation.loss_looks(),
            "optimizer": {"component": net.optimizer.name, "construct": construct},
            "scripted": scripted is not None,
        }
        arrays = {
            "X": task.inputs,
            "y": task.labels,
            "batches": task.padded_batches(),
            **(task.weights if scripted is None else scripted),
        }
        return Call("train", self.translation.shown(arrays), options)
