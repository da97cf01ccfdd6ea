"""A training task that the grader fixes completely, and what the reference makes of it.

Data, start weights and the order of the batches are given, so the right losses are
known to rounding; ``bands`` measures how far rounding may carry.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from grader.checks.component import Component
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference.datasets import digits
from reference.errors import NonFiniteError
from reference.operations.base import Operation
from reference.operations.families import (
    LayerOperation,
    LossOperation,
    OptimizerOperation,
)
from reference.protocols import Layer, Loss, Stepper
from reference.training import minibatches, predict, train

Arrays = Mapping[str, Array]

CLASSES = 10
NOISE = 0.05  # so that no pixel is exactly zero and no kink is hit by many examples
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
        """Return reference layers that hold copies of ``weights``, and the loss."""
        layers = []
        for part, arrays in self.with_weights(weights):
            operation = cast(LayerOperation, part.reference())
            copies = {name: value.copy() for name, value in arrays.items()}
            layers.append(operation.layer(copies))
        return layers, cast(LossOperation, self.loss.reference()).loss()

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
            parameters = part.reference().parameters
            found.append((part, {name: f"{name}_{number}" for name in parameters}))
            number += bool(parameters)
        return found


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

    def run(self, weights: Arrays) -> tuple[Array, dict[str, Array]]:
        """Return what a right loop reports and the weights it ends with."""
        layers, loss = self.net.build(weights)
        optimizer = self._optimizer(layers)
        with np.errstate(all="ignore"):
            found = train(
                layers, loss, optimizer, self.inputs, self.labels, self.batches
            )
        trained = {
            name: layer.params[own]
            for (_, names), layer in zip(self.net.named(), layers, strict=True)
            for own, name in names.items()
        }
        return np.array(found), trained

    def measured_loss(self, weights: Arrays) -> float:
        """Return our loss over all training examples; infinite where it overflows."""
        layers, loss = self.net.build(weights)
        try:
            with np.errstate(all="ignore"):
                return float(loss.forward(predict(layers, self.inputs), self.labels))
        except NonFiniteError:
            return np.inf

    def accuracy(self, weights: Arrays) -> float:
        """Return the share of held-out images that given weights get right."""
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

    def wrong_losses(self, loop: "Loop") -> Iterator[float]:
        """Yield what a wrong loop reports, one step at a time, until it overflows."""
        try:
            yield from self._wrong_losses(loop)
        except NonFiniteError:
            yield np.nan

    def _wrong_losses(self, loop: "Loop") -> Iterator[float]:
        layers, loss = self.net.build(self.weights)
        optimizer = self._optimizer(layers)
        totals: list[dict[str, Array]] = [{} for _ in layers]
        for batch in self.batches:
            chosen = np.arange(len(self.inputs)) if loop.whole_set else batch
            inputs, labels = self.inputs[chosen], self.labels[chosen]
            value = loss.forward(predict(layers, inputs), labels)
            gradient = loss.backward()
            if loop.nominal_size:
                gradient = gradient * len(batch) / len(self.batches[0])
            for layer in reversed(layers):
                gradient = layer.backward(gradient)
            if loop.adds_up:
                _add_up(layers, totals)
            if loop.updates:
                optimizer.step()
            if loop.records_after:
                value = loss.forward(predict(layers, inputs), labels)
            yield value

    def _optimizer(self, layers: Sequence[Layer]) -> Stepper:
        operation = cast(OptimizerOperation, self.net.optimizer_operation)
        return operation.optimizer(list(layers))


def digits_task(
    net: Net,
    rng: np.random.Generator,
    examples: int,
    batch_size: int,
    epochs: int,
    steps: int | None,
) -> Task:
    """Draw a task on the digits; a short batch ends every epoch."""
    every = digits()
    order = rng.permutation(len(every.labels))
    chosen, rest = order[:examples], order[examples:]
    images = every.images[chosen]
    return Task(
        net=net,
        inputs=images + rng.normal(0.0, NOISE, images.shape),
        labels=every.labels[chosen],
        batches=minibatches(rng, examples, batch_size, epochs)[:steps],
        weights=_start_weights(net, rng),
        held_out_inputs=every.images[rest],
        held_out_labels=every.labels[rest],
    )


def _start_weights(net: Net, rng: np.random.Generator) -> dict[str, Array]:
    """Draw weights of a useful size and biases away from zero."""
    weights = {}
    sizes = iter(zip(net.widths, net.widths[1:], strict=False))
    for _, names in net.named():
        if names:
            wide, narrow = next(sizes)
            scale = np.sqrt(2.0 / wide)
            weights[names["weight"]] = rng.normal(0.0, scale, (wide, narrow))
            weights[names["bias"]] = rng.normal(0.0, BIAS_SPREAD, narrow)
    return weights


# Loops that are wrong in a known way


@dataclass(frozen=True, slots=True)
class Loop:
    """One way to get a training loop wrong."""

    updates: bool = True
    records_after: bool = False
    adds_up: bool = False
    whole_set: bool = False
    nominal_size: bool = False


WRONG_LOOPS: tuple[tuple[Diagnosis, Loop], ...] = (
    (
        Diagnosis(
            "M160",
            "loss recorded after the update",
            "At which moment of a step is the number taken that you report?",
        ),
        Loop(records_after=True),
    ),
    (
        Diagnosis(
            "never-updated",
            "the weights that forward uses never change",
            "Print one entry of the weights that forward reads, before and after a "
            "step. Is it the array that the optimizer changes?",
        ),
        Loop(updates=False),
    ),
    (
        Diagnosis(
            "gradients-add-up",
            "gradients of earlier steps are added to the new ones",
            "What is in grads when the second step begins, and who takes it out?",
        ),
        Loop(adds_up=True),
    ),
    (
        Diagnosis(
            "whole-set",
            "every step uses all examples",
            "How many rows does the array have that you give to the first layer?",
        ),
        Loop(whole_set=True),
    ),
    (
        Diagnosis(
            "M06",
            "short batch divided by the size of a full one",
            "What happens in your code when the last batch is shorter?",
        ),
        Loop(nominal_size=True),
    ),
)


def recognised(task: Task, losses: Array, right: Array) -> Diagnosis | None:
    """Name the wrong loop that reports exactly these losses, or return ``None``.

    A wrong loop can be chaotic, so only as many steps are compared as surely agree.
    """
    steps = FEW
    if alike(losses[:steps], right[:steps]):
        steps = telling_steps(task)
    if alike(losses[:steps], right[:steps]):
        return None
    with np.errstate(all="ignore"):
        for diagnosis, loop in WRONG_LOOPS:
            wrong = zip(losses[:steps], task.wrong_losses(loop), strict=False)
            if all(abs(got - value) <= ALIKE * abs(value) for got, value in wrong):
                return diagnosis
    return None


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


def _add_up(layers: Sequence[Layer], totals: list[dict[str, Array]]) -> None:
    for layer, total in zip(layers, totals, strict=True):
        for name, gradient in layer.grads.items():
            total[name] = total.get(name, np.zeros_like(gradient)) + gradient
        layer.grads = dict(total)
