"""A training task that the grader fixes completely, and what the reference makes of it.

Data, start weights and the order of the batches are given, so the right losses are
known to rounding; ``bands`` measures how far rounding may carry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from grader.checks.component import Component
from grader.checks.trainings import scaled_parts
from grader.checks.trainings.datasets import DATASETS
from grader.contract.messages import Array
from reference.errors import NonFiniteError
from reference.operations.base import Operation
from reference.operations.families import OptimizerOperation
from reference.protocols import Layer, Loss, Stepper
from reference.training import minibatches, predict, train

Arrays = Mapping[str, Array]

BIAS_SPREAD = 0.1
PADDING = -1
# Relative difference of losses that are taken to be the same, and how many steps of a
# wrong run are compared: later ones may differ by rounding alone.
ALIKE = 1e-7
FEW = 8


@dataclass(frozen=True, slots=True)
class Net:
    """The parts of the network and their sizes.

    Parameters
    ----------
    layers, loss
        In rows; what the students' own arrays look like is the business of
        ``translation``.
    widths
        Width of the input, of each hidden layer, and of the output.
    """

    layers: tuple[Component, ...]
    loss: Component
    optimizer: Component
    optimizer_operation: Operation
    widths: tuple[int, ...]

    @property
    def parts(self) -> list[str]:
        """Return the names of all parts, each once."""
        every = (*self.layers, self.loss, self.optimizer)
        return list(dict.fromkeys(part.name for part in every))

    def build(self, weights: Arrays) -> tuple[list[Layer], Loss]:
        """Return fresh reference layers that hold ``weights``, and the loss."""
        layers = []
        for part, arrays in self.with_weights(weights):
            copies = {name: value.copy() for name, value in arrays.items()}
            layers.append(scaled_parts.layer(part, copies))
        return layers, scaled_parts.loss(self.loss)

    def stepper(self, layers: Sequence[Layer]) -> Stepper:
        """Return a fresh reference optimizer for ``layers``."""
        operation = cast(OptimizerOperation, self.optimizer_operation)
        return operation.optimizer(list(layers))

    def with_weights(self, weights: Arrays) -> list[tuple[Component, Arrays]]:
        """Return each layer with its own arrays under the names it uses itself."""
        found: list[tuple[Component, Arrays]] = []
        for part, names in self.named():
            found.append((part, {own: weights[name] for own, name in names.items()}))
        return found

    def named(self) -> list[tuple[Component, dict[str, str]]]:
        """Return each layer with the names of its parameters, ``weight: weight_0``."""
        found = []
        number = 0
        for part in self.layers:
            parameters = part.plain().parameters
            found.append((part, {name: f"{name}_{number}" for name in parameters}))
            number += bool(parameters)
        return found

    def held_by(self, layers: Sequence[Layer], kind: str = "params") -> Arrays:
        """Return copies of the parameters of ``layers`` under their names here.

        Parameters
        ----------
        kind
            ``"params"``, or ``"grads"`` for their gradients.
        """
        return {
            name: np.array(getattr(layer, kind)[own])
            for (_, names), layer in zip(self.named(), layers, strict=True)
            for own, name in names.items()
        }


@dataclass(frozen=True, eq=False)
class Task:
    """Everything that decides a training run."""

    net: Net
    inputs: Array
    labels: Array
    batches: Sequence[Array]
    weights: Arrays
    held_out_inputs: Array
    held_out_labels: Array

    def run(self, weights: Arrays) -> tuple[Array, Arrays]:
        """Return what a right loop reports and the weights it ends with."""
        layers, loss = self.net.build(weights)
        optimizer = self.net.stepper(layers)
        with np.errstate(all="ignore"):
            found = train(
                layers, loss, optimizer, self.inputs, self.labels, self.batches
            )
        return np.array(found), self.net.held_by(layers)

    def measured_loss(self, weights: Arrays) -> float:
        """Return our loss over all training examples; infinite where it overflows."""
        layers, loss = self.net.build(weights)
        try:
            with np.errstate(all="ignore"):
                return float(loss.forward(predict(layers, self.inputs), self.labels))
        except NonFiniteError:
            return np.inf

    def accuracy(self, weights: Arrays) -> float:
        """Return the share of held-out examples that given weights get right."""
        layers, _ = self.net.build(weights)
        try:
            with np.errstate(all="ignore"):
                scores = predict(layers, self.held_out_inputs)
        except NonFiniteError:
            return 0.0
        return float(np.mean(np.argmax(scores, axis=1) == self.held_out_labels))

    def padded_batches(self) -> Array:
        """Return the batches as one array, a short one padded with -1."""
        longest = max(len(batch) for batch in self.batches)
        padded = np.full((len(self.batches), longest), PADDING, dtype=np.int64)
        for row, batch in zip(padded, self.batches, strict=True):
            row[: len(batch)] = batch
        return padded


def draw_task(
    net: Net,
    rng: np.random.Generator,
    dataset: str,
    examples: int,
    batch_size: int,
    epochs: int,
    steps: int | None = None,
) -> Task:
    """Draw a task on a data set; an epoch may end with a short batch.

    Parameters
    ----------
    dataset
        A key of ``datasets.DATASETS``.
    steps
        Cuts the epochs short.
    """
    drawn = DATASETS[dataset].draw(rng, examples)
    return Task(
        net=net,
        inputs=drawn.inputs,
        labels=drawn.labels,
        batches=minibatches(rng, examples, batch_size, epochs)[:steps],
        weights=start_weights(net, rng),
        held_out_inputs=drawn.held_out_inputs,
        held_out_labels=drawn.held_out_labels,
    )


def start_weights(net: Net, rng: np.random.Generator) -> dict[str, Array]:
    """Draw weights of a useful size and biases away from zero."""
    weights = {}
    sizes = iter(zip(net.widths, net.widths[1:], strict=False))
    for _, names in net.named():
        if names:
            wide, narrow = next(sizes)
            scale = np.sqrt(2.0 / wide)
            weights[names["weight"]] = rng.normal(0.0, scale, (wide, narrow))
            if "bias" in names:
                weights[names["bias"]] = rng.normal(0.0, BIAS_SPREAD, narrow)
    return weights


def telling_steps(task: Task) -> int:
    """Return how many steps show every known mistake: some, and past a short batch."""
    full = len(task.batches[0])
    short = (i for i, batch in enumerate(task.batches) if len(batch) < full)
    return min(max(FEW, next(short, 0) + 3), len(task.batches))


def alike(first: Array, second: Array) -> bool:
    """Tell whether two runs report the same losses, all of them finite."""
    if first.shape != second.shape or not np.isfinite([first, second]).all():
        return False
    return bool(np.all(np.abs(first - second) <= ALIKE * np.abs(second)))
