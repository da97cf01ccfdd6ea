"""Programs that are wrong in a known way, and how their numbers are recognised.

Some do a step of the program wrongly; others are right programs over parts that
compute a known wrong formula.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from grader.checks.mistakes import wrong_answer
from grader.checks.programs.run import SETS, TRAIN, VALID, ProgramRun, ProgramTask
from grader.checks.sightings import IMPOSSIBLE
from grader.checks.trainings.mistaken_parts import Mistakes, mistaken_net
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference.misconceptions import for_operation
from reference.misconceptions.base import VisibleOn

Arrays = Mapping[str, Array]
Alike = Callable[[Arrays, Arrays], bool]
Cleared = Collection[tuple[str, str]]


class RecordsBefore(ProgramRun):
    """Measure both losses before the updates of an epoch."""

    diagnosis = Diagnosis(
        "M160",
        "losses measured before the updates of their epoch",
        "When the first line is written, how many examples has the network learned "
        "from? How many should it be?",
    )

    def epoch(self) -> Sequence[float]:
        """Return the losses, and train afterwards."""
        found = [self.measured(name) for name in SETS]
        self.trained()
        return found


class RunningLoss(ProgramRun):
    """Report the mean of the losses that were met while training."""

    diagnosis = Diagnosis(
        "running-mean-reported",
        "training loss collected while the weights still change",
        "With which weights is the loss of the first example of an epoch computed, "
        "and with which that of the last?",
    )

    def epoch(self) -> Sequence[float]:
        """Return this mean for the training set."""
        return [float(np.mean(self.trained())), self.measured(VALID)]


class SummedLoss(ProgramRun):
    """Report sums where means are asked for."""

    diagnosis = Diagnosis(
        "M04",
        "loss summed over the set, not averaged",
        "Should the number double when every example is in the file twice?",
    )

    def measured(self, name: str) -> float:
        """Return the sum over a set."""
        return super().measured(name) * len(self.task.labels[name])


class WholeSet(ProgramRun):
    """Make one update in each epoch, with the mean gradient of all examples."""

    diagnosis = Diagnosis(
        "whole-set",
        "one update in each epoch instead of one for each batch",
        "How many times do the weights change in one epoch?",
    )

    def batches(self) -> list[Array]:
        """Return all rows as one batch."""
        return [np.arange(len(self.task.labels[TRAIN]))]


class Backwards(ProgramRun):
    """Use the examples from last to first."""

    diagnosis = Diagnosis(
        "own-order",
        "examples are not used in the order of the file",
        "Which line of the file does the first update of an epoch come from?",
    )

    def batches(self) -> list[Array]:
        """Return the batches of the reversed file."""
        last = len(self.task.labels[TRAIN]) - 1
        return [last - rows for rows in super().batches()]


class SetsSwapped(ProgramRun):
    """Train on the validation set."""

    diagnosis = Diagnosis(
        "sets-swapped",
        "trained on the examples for validation",
        "Which of the two files are the weights updated with?",
    )

    def __init__(self, task: ProgramTask) -> None:
        other = dict(zip(SETS, reversed(SETS), strict=True))
        inputs = {name: task.inputs[other[name]] for name in SETS}
        labels = {name: task.labels[other[name]] for name in SETS}
        super().__init__(replace(task, inputs=inputs, labels=labels))

    def epoch(self) -> Sequence[float]:
        """Return the losses under the names that the files really have."""
        return list(reversed(super().epoch()))


class _Changed(ProgramRun, ABC):
    """A program whose updates are changed after each batch."""

    def trained(self) -> list[float]:
        """Change what each update did."""
        found: list[float] = []
        every = super().batches()
        for rows in every:
            before = self.task.net.held_by(self.layers)
            self._only = [rows]
            found += super().trained()
            after = self.task.net.held_by(self.layers)
            self._put({n: self.changed(n, before[n], after[n]) for n in after})
        return found

    def batches(self) -> list[Array]:
        """Return the one batch that comes next."""
        return self._only

    @abstractmethod
    def changed(self, name: str, before: Array, after: Array) -> Array:
        """Return what a parameter is after an update."""

    def _put(self, weights: Arrays) -> None:
        held = self.task.net.with_weights(weights)
        for layer, (_, own) in zip(self.layers, held, strict=True):
            for name, value in own.items():
                layer.params[name] = value


class BiasesStay(_Changed):
    """Never update a bias."""

    diagnosis = Diagnosis(
        "biases-stay",
        "biases are never updated",
        "Print the biases after the first update. Which of them are still zero?",
    )

    def changed(self, name: str, before: Array, after: Array) -> Array:
        """Keep the biases."""
        return before if name.startswith("bias") else after


class Uphill(_Changed):
    """Step in the direction in which the loss grows."""

    diagnosis = Diagnosis(
        "M09",
        "weights move uphill",
        "Does the loss fall after one update with a tiny learning rate?",
    )

    def changed(self, name: str, before: Array, after: Array) -> Array:
        """Step the other way."""
        return 2 * before - after


WRONG_PROGRAMS = (
    RecordsBefore,
    RunningLoss,
    SummedLoss,
    WholeSet,
    Backwards,
    SetsSwapped,
    BiasesStay,
    Uphill,
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """One wrong program.

    Parameters
    ----------
    diagnosis
        What it is called.
    make
        Makes it for a task.
    unlikely
        Whether an earlier check has found this right in another place.
    """

    diagnosis: Diagnosis
    make: Callable[[ProgramTask], ProgramRun]
    unlikely: bool = False


def suspects(task: ProgramTask, cleared: Cleared) -> Iterator[Suspect]:
    """Yield every wrong program, those over mistaken parts last."""
    for program in WRONG_PROGRAMS:
        yield Suspect(program.diagnosis, program)
    for part in {one.name: one for one in (*task.net.layers, task.net.loss)}.values():
        operation = part.reference()
        drawn = operation.draw(np.random.default_rng(0))
        for entry in for_operation(part.operation):
            if entry.visible_on is not VisibleOn.DRAWS:
                continue
            with np.errstate(all="ignore"):
                changed = wrong_answer(entry, operation, drawn)
            mistakes = {part.name: dict.fromkeys(changed, entry)}
            yield Suspect(
                Diagnosis(entry.id, f"{part.name}: {entry.title}", entry.hint),
                partial(_over_mistaken_parts, mistakes),
                any((part.operation, name) in cleared for name in changed),
            )


def _over_mistaken_parts(
    mistakes: Mapping[str, Mistakes], task: ProgramTask
) -> ProgramRun:
    return ProgramRun(replace(task, net=mistaken_net(task.net, mistakes)))


def recognised(
    tasks: Sequence[ProgramTask],
    got: Sequence[Arrays],
    right: Sequence[Arrays],
    alike: Alike,
    cleared: Cleared,
) -> Diagnosis | None:
    """Name the wrong program that writes these losses in every run.

    Nothing is named where mistakes with different names write the same.

    Parameters
    ----------
    right
        What right programs write.
    alike
        Whether two results agree as far as losses are compared.
    cleared
        Quantities of operations that earlier checks have found right. Mistakes in
        those are only thought of where no other one explains the losses.
    """
    runs = list(zip(tasks, got, right, strict=True))
    every = list(suspects(tasks[0], cleared))
    for unlikely in (False, True):
        found = {
            suspect.diagnosis.id: suspect.diagnosis
            for suspect in every
            if suspect.unlikely is unlikely
            and all(_explains(suspect, *one, alike) for one in runs)
        }
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def _explains(
    suspect: Suspect,
    task: ProgramTask,
    got: Arrays,
    right: Arrays,
    alike: Alike,
) -> bool:
    """Tell whether a wrong program writes these numbers, and not the right ones."""
    try:
        # One epoch rules nearly all of them out.
        first = suspect.make(replace(task, epochs=1)).written()
        if not alike(first, _first_epoch(got)) or alike(first, _first_epoch(right)):
            return False
        return alike(suspect.make(task).written(), got)
    except (*IMPOSSIBLE, ArithmeticError):
        return False  # a mistake that only fits the sizes of its own check


def _first_epoch(found: Arrays) -> Arrays:
    return {f"{name}_losses": found[f"{name}_losses"][:1] for name in SETS}
