"""Training loops that are wrong in a known way, and how their losses are recognised.

Each differs from the right loop at one moment of a step. Ids that begin with ``M`` are
those of the library of mistakes. Only what shows in the losses of a loop that is given
its batches can be here: a loop that leaves whole batches out reports too few losses.
"""

import numpy as np

from grader.checks.trainings.loop import Loop
from grader.checks.trainings.replay import ALIKE, FEW, Task, alike, telling_steps
from grader.contract.messages import Array
from grader.report import Diagnosis


class RecordsAfter(Loop):
    """Measure once more when the step is done."""

    diagnosis = Diagnosis(
        "M160",
        "loss recorded after the update",
        "At which moment of a step is the number taken that you report?",
    )

    def reported(self, value: float, at: int) -> float:
        """Return the loss under the new weights."""
        return self.measure(*self.examples(at))


class NeverUpdates(Loop):
    """Leave the weights as they are."""

    diagnosis = Diagnosis(
        "never-updated",
        "the weights that forward uses never change",
        "Print one entry of the weights that forward reads, before and after a "
        "step. Is it the array that the optimizer changes?",
    )
    by_parts = True

    def update(self, at: int) -> None:
        """Do nothing."""


class GradientsAddUp(Loop):
    """Keep the gradients of earlier steps."""

    diagnosis = Diagnosis(
        "gradients-add-up",
        "gradients of earlier steps are added to the new ones",
        "What is in grads when the second step begins, and who takes it out?",
    )
    by_parts = True

    def backpropagate(self, gradient: Array) -> None:
        """Add the new gradients to the old ones."""
        before = [layer.grads for layer in self.layers]
        super().backpropagate(gradient)
        for layer, old in zip(self.layers, before, strict=True):
            layer.grads = {n: g + old[n] for n, g in layer.grads.items()}


class WholeSet(Loop):
    """Use every example in every step."""

    diagnosis = Diagnosis(
        "whole-set",
        "every step uses all examples",
        "How many rows does the array have that you give to the first layer?",
    )

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return all examples."""
        return self.task.inputs, self.task.labels


class NominalSize(Loop):
    """Divide by the size of a full batch where the batch is short."""

    diagnosis = Diagnosis(
        "M06",
        "short batch divided by the size of a full one",
        "What happens in your code when the last batch is shorter?",
    )

    def upstream(self, gradient: Array, at: int) -> Array:
        """Return the gradient of a mean over too many examples."""
        batches = self.task.batches
        return gradient * len(batches[at]) / len(batches[0])


class LeavesOneOut(Loop):
    """Lose the last row of each batch."""

    diagnosis = Diagnosis(
        "M155",
        "the last example of each batch is left out",
        "How many rows does the array have that you give to the first layer? Compare "
        "it with the length of the batch.",
    )

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return all but one; a batch of one stays."""
        batch = self.task.batches[at]
        return self.rows(batch[: max(1, len(batch) - 1)])


class LabelsInOwnOrder(Loop):
    """Take the inputs of the batch, and the labels as they stand in the file."""

    diagnosis = Diagnosis(
        "M154",
        "inputs and labels are not taken from the same rows",
        "Take one row of the array that you give to the first layer. Which label "
        "belongs to it, and which one does the loss get?",
    )

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return inputs and labels of different rows."""
        inputs, _ = super().examples(at)
        return inputs, self.task.labels[self.consecutive(at)]


class FirstLabels(LabelsInOwnOrder):
    """Take the inputs of the batch, and always the first labels."""

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return inputs and labels of different rows."""
        inputs, _ = Loop.examples(self, at)
        return inputs, self.task.labels[: len(inputs)]


class OwnOrder(Loop):
    """Cut the examples into batches without looking at the given ones."""

    diagnosis = Diagnosis(
        "own-order",
        "examples are used in the order of X, not in that of batches",
        "Which row numbers does the first batch hold, and which rows do you use?",
    )

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return consecutive rows."""
        return self.rows(self.consecutive(at))


class FirstEpochAgain(Loop):
    """Use the batches of the first epoch in all epochs."""

    diagnosis = Diagnosis(
        "first-epoch-again",
        "later epochs repeat the batches of the first",
        "Which entry of batches do you use in the first step of the second epoch?",
    )

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return the rows of the batch at the same place in the first epoch."""
        batches = self.task.batches
        examples = len(self.task.inputs)
        length = -(-examples // len(batches[0]))
        return self.rows(batches[at % length])


class WholeNumbers(Loop):
    """Turn the inputs into integers."""

    diagnosis = Diagnosis(
        "M156",
        "inputs truncated to whole numbers",
        "Print the dtype of the array that you give to the first layer.",
    )

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return inputs without what follows the point."""
        inputs, labels = super().examples(at)
        return np.trunc(inputs), labels


class StepsBeforeBackward(Loop):
    """Step with the gradients of the batch before."""

    diagnosis = Diagnosis(
        "stale-gradients",
        "the optimizer steps with the gradients of the batch before",
        "Write down the calls of one step in order. What is in grads when step runs?",
    )

    def step(self, at: int) -> float:
        """Update first, then fill the gradients."""
        value = self.measure(*self.examples(at))
        self.update(at)
        self.backpropagate(self.loss.backward())
        return value


class StepsAfterEveryLayer(Loop):
    """Update all weights after the backward of every single layer."""

    diagnosis = Diagnosis(
        "step-per-layer",
        "the optimizer steps after every layer, not after every batch",
        "How often is step called for one batch? Look at the indentation.",
    )

    def backpropagate(self, gradient: Array) -> None:
        """Step in the middle of the way back."""
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)
            self.optimizer.step()

    def update(self, at: int) -> None:
        """Do nothing: it has been done."""


class UpdatesBeforePassingOn(Loop):
    """Update each layer first, then send the gradient through its new weights."""

    diagnosis = Diagnosis(
        "M22",
        "gradient sent back through weights that were updated already",
        "Which weights produced the output of this layer, and which ones does the "
        "gradient for its input use? When do they change?",
    )

    def backpropagate(self, gradient: Array) -> None:
        """Step for one layer at a time, the gradients of all others being zero."""
        for layer in reversed(self.layers):
            layer.backward(gradient)
            own = layer.grads
            for other in self.layers:
                other.grads = {n: np.zeros_like(v) for n, v in other.params.items()}
            layer.grads = own
            if own:
                self.optimizer.step()
            gradient = layer.backward(gradient)

    def update(self, at: int) -> None:
        """Do nothing: it has been done."""


class StepsTwice(Loop):
    """Step twice for each batch."""

    diagnosis = Diagnosis(
        "steps-twice",
        "the optimizer steps twice for every batch",
        "How often is step called for one batch?",
    )

    def update(self, at: int) -> None:
        """Use the same gradients again."""
        self.optimizer.step()
        self.optimizer.step()


class StepsEverySecond(Loop):
    """Step after every second batch only."""

    diagnosis = Diagnosis(
        "every-second",
        "the optimizer steps after every second batch only",
        "How many steps has the optimizer taken after four batches?",
    )

    def update(self, at: int) -> None:
        """Skip the first batch of each pair."""
        if at % 2:
            self.optimizer.step()


class SumReported(Loop):
    """Report the loss of the batch multiplied by its size."""

    diagnosis = Diagnosis(
        "sum-reported",
        "the loss is reported as a sum over the batch, not as its mean",
        "The number that forward of the loss returns is what train must return.",
    )

    def reported(self, value: float, at: int) -> float:
        """Undo the mean."""
        return value * len(self.task.batches[at])


class RunningMeanReported(Loop):
    """Report the mean of all losses so far."""

    diagnosis = Diagnosis(
        "running-mean-reported",
        "the mean of all losses so far is reported, not each loss",
        "Does the number of one step depend on the numbers before it?",
    )

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._total = 0.0

    def reported(self, value: float, at: int) -> float:
        """Smooth the curve."""
        self._total += value
        return self._total / (at + 1)


class TimesCount(Loop):
    """Multiply the gradient by the number of examples."""

    diagnosis = Diagnosis(
        "M01",
        "gradient multiplied by the number of examples in the batch",
        "The loss is a mean over the batch. Where else does its size enter your loop?",
    )

    def upstream(self, gradient: Array, at: int) -> Array:
        """Undo the mean."""
        return gradient * len(self.task.batches[at])


class DividedAgain(Loop):
    """Divide the gradient by the number of examples once more."""

    diagnosis = Diagnosis(
        "M02",
        "gradient divided by the number of examples a second time",
        "How many times is the average taken on the way back?",
    )

    def upstream(self, gradient: Array, at: int) -> Array:
        """Take the mean again."""
        return gradient / len(self.task.batches[at])


WRONG_LOOPS: tuple[type[Loop], ...] = (
    RecordsAfter,
    NeverUpdates,
    GradientsAddUp,
    WholeSet,
    NominalSize,
    LeavesOneOut,
    LabelsInOwnOrder,
    FirstLabels,
    OwnOrder,
    FirstEpochAgain,
    WholeNumbers,
    StepsBeforeBackward,
    StepsAfterEveryLayer,
    UpdatesBeforePassingOn,
    StepsTwice,
    StepsEverySecond,
    SumReported,
    RunningMeanReported,
    TimesCount,
    DividedAgain,
)


SHORT_ONES_LEFT_OUT = Diagnosis(
    "M155",
    "short batches are left out",
    "Count the examples of one epoch. How many rows does its last batch have?",
)


def left_out(task: Task, losses: Array) -> Diagnosis | None:
    """Name the mistake of a loop that reports one loss for each full batch only."""
    full = [batch for batch in task.batches if len(batch) == len(task.batches[0])]
    fits = losses.shape == (len(full),) and len(full) < len(task.batches)
    return SHORT_ONES_LEFT_OUT if fits else None


def recognised(
    task: Task, losses: Array, right: Array, *, loop_is_right: bool = False
) -> Diagnosis | None:
    """Name the wrong loop that reports exactly these losses, or return ``None``.

    A wrong loop can be chaotic, so only as many steps are compared as surely agree.

    Parameters
    ----------
    loop_is_right
        Known from elsewhere; only what a part can cause is looked for then.
    """
    steps = FEW
    if alike(losses[:steps], right[:steps]):
        steps = telling_steps(task)
    if alike(losses[:steps], right[:steps]):
        return None
    with np.errstate(all="ignore"):
        for loop in WRONG_LOOPS:
            if loop_is_right and not loop.by_parts:
                continue
            wrong = zip(losses[:steps], loop(task).losses(), strict=False)
            if all(abs(got - value) <= ALIKE * abs(value) for got, value in wrong):
                return loop.diagnosis
    return None
