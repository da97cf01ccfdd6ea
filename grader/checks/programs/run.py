"""What a whole program should write: a training on two sets, epoch by epoch.

The examples are used in the order of the file, from given start weights, so every
number that the program writes is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.checks.trainings.datasets import DATASETS, DataName
from grader.checks.trainings.replay import Net, start_weights
from grader.contract.messages import Array
from reference.errors import NonFiniteError
from reference.protocols import Layer, Loss, Stepper
from reference.training import predict, train

Arrays = Mapping[str, Array]

TRAIN, VALID = "train", "valid"
SETS = (TRAIN, VALID)
# The largest score must lead by this much, so that rounding does not decide a label,
# not even that of single precision.
LEAD = 1e-4
ATTEMPTS = 20


@dataclass(frozen=True, eq=False)
class ProgramTask:
    """Everything that decides what a program writes.

    Parameters
    ----------
    inputs, labels
        By the name of the set: (N, D) and (N,).
    """

    net: Net
    inputs: Arrays
    labels: Arrays
    weights: Arrays
    epochs: int
    batch_size: int

    def arrays(self) -> dict[str, Array]:
        """Return what the binding is given."""
        found = {f"{name}_X": self.inputs[name] for name in SETS}
        found |= {f"{name}_y": self.labels[name] for name in SETS}
        return {**found, **self.weights}


class ProgramRun:
    """The right program over the reference's parts, in pieces that can be got wrong."""

    def __init__(self, task: ProgramTask) -> None:
        self.task = task
        self.layers: list[Layer]
        self.loss: Loss
        self.layers, self.loss = task.net.build(task.weights)
        self.optimizer: Stepper = task.net.stepper(self.layers)

    def written(self) -> dict[str, Array]:
        """Return every number that the program writes.

        Returns
        -------
        dict
            ``train_losses`` and ``valid_losses`` (epochs,), ``train_predictions`` and
            ``valid_predictions`` (N,), ``train_error`` and ``valid_error`` (). NaN from
            where the training overflows on.
        """
        losses = np.full((self.task.epochs, len(SETS)), np.nan)
        with np.errstate(all="ignore"):
            try:
                for epoch in range(self.task.epochs):
                    losses[epoch] = self.epoch()
                labels = {name: self.predicted(name) for name in SETS}
            except NonFiniteError:
                labels = {name: self.task.labels[name] * 0 - 1 for name in SETS}
        found: dict[str, Array] = {}
        for place, name in enumerate(SETS):
            found[f"{name}_losses"] = losses[:, place]
            found[f"{name}_predictions"] = labels[name]
            wrong = labels[name] != self.task.labels[name]
            found[f"{name}_error"] = np.asarray(np.mean(wrong))
        return found

    def epoch(self) -> Sequence[float]:
        """Train once over the set and return both losses."""
        self.trained()
        return [self.measured(name) for name in SETS]

    def trained(self) -> list[float]:
        """Update the weights; return the loss before each update."""
        return train(
            self.layers,
            self.loss,
            self.optimizer,
            self.task.inputs[TRAIN],
            self.task.labels[TRAIN],
            self.batches(),
        )

    def batches(self) -> list[Array]:
        """Return the rows of each batch, in the order of the file."""
        rows = np.arange(len(self.task.labels[TRAIN]))
        return np.split(
            rows, range(self.task.batch_size, len(rows), self.task.batch_size)
        )

    def measured(self, name: str) -> float:
        """Return the mean loss over a set."""
        scores = predict(self.layers, self.task.inputs[name])
        return float(self.loss.forward(scores, self.task.labels[name]))

    def scores(self, name: str) -> Array:
        """Return the scores of each class, (N, C)."""
        return predict(self.layers, self.task.inputs[name])

    def predicted(self, name: str) -> Array:
        """Return the class with the largest score for each example of a set."""
        return np.argmax(self.scores(name), axis=1)

    def leads(self, name: str) -> Array:
        """Return by how much the largest score leads for each example of a set."""
        highest = np.sort(self.scores(name), axis=1)
        return np.asarray(highest[:, -1] - highest[:, -2])


def draw_program(
    net: Net,
    rng: np.random.Generator,
    data: DataName,
    sizes: tuple[int, int],
    epochs: int,
    batch_size: int,
    *,
    zeros: bool,
) -> ProgramTask:
    """Draw examples under which no label is a matter of rounding.

    The network is validated with those examples that it is least sure about, so that a
    program that trains it wrongly is not right about all of them by luck.

    Parameters
    ----------
    sizes
        Examples to train on, and to validate with.
    zeros
        Start from weights that are all zero; else from drawn ones.

    Raises
    ------
    ValueError
        If there are no such examples; the assignment is wrong then.
    """
    for _ in range(ATTEMPTS):
        drawn = DATASETS[data].draw(rng, sizes[0])
        weights = start_weights(net, rng)
        if zeros:
            weights = {name: np.zeros_like(value) for name, value in weights.items()}
        task = ProgramTask(
            net=net,
            inputs={TRAIN: drawn.inputs, VALID: drawn.held_out_inputs},
            labels={TRAIN: drawn.labels, VALID: drawn.held_out_labels},
            weights=weights,
            epochs=epochs,
            batch_size=batch_size,
        )
        run = ProgramRun(task)
        run.written()
        chosen = _least_sure(run.leads(VALID), sizes[1])
        if len(chosen) == sizes[1] and np.min(run.leads(TRAIN)) > LEAD:
            return _validated_with(task, rng.permutation(chosen))
    raise ValueError(
        f"program: the best class must be clear for each example of {data}"
    )


def _least_sure(leads: Array, count: int) -> Array:
    """Return the rows with the smallest leads that rounding cannot turn."""
    order = np.argsort(leads)
    return order[leads[order] > LEAD][:count]


def _validated_with(task: ProgramTask, rows: Array) -> ProgramTask:
    return replace(
        task,
        inputs={**task.inputs, VALID: task.inputs[VALID][rows]},
        labels={**task.labels, VALID: task.labels[VALID][rows]},
    )
