"""A training loop in pieces, each of which can be got wrong."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from grader.checks.trainings.replay import Task
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference.errors import NonFiniteError
from reference.training import predict


class Loop:
    """The right loop over the reference's parts, in pieces that can be got wrong.

    Class attributes
    ----------------
    diagnosis
        What it is called where a student's losses are those of this loop.
    by_parts
        Whether a part can be the reason as well, so that the loop may be right.
    """

    diagnosis: ClassVar[Diagnosis]
    by_parts: ClassVar[bool] = False

    def __init__(self, task: Task) -> None:
        self.task = task
        self.layers, self.loss = task.net.build(task.weights)
        self.optimizer = task.net.stepper(self.layers)
        for layer in self.layers:
            # What a step finds that comes before the first backward.
            layer.grads = {n: np.zeros_like(v) for n, v in layer.params.items()}

    def losses(self) -> Iterator[float]:
        """Yield what this loop reports, one step at a time, until it overflows."""
        try:
            for at in range(len(self.task.batches)):
                yield self.step(at)
        except NonFiniteError:
            yield np.nan

    def step(self, at: int) -> float:
        """Do everything that belongs to one batch; return what is reported."""
        inputs, labels = self.examples(at)
        value = self.measure(inputs, labels)
        self.backpropagate(self.upstream(self.loss.backward(), at))
        self.update(at)
        return self.reported(value, at)

    def examples(self, at: int) -> tuple[Array, Array]:
        """Return the inputs and labels that are used."""
        return self.rows(self.task.batches[at])

    def rows(self, chosen: Array) -> tuple[Array, Array]:
        """Return some of the examples."""
        return self.task.inputs[chosen], self.task.labels[chosen]

    def measure(self, inputs: Array, labels: Array) -> float:
        """Return the loss with the weights as they are."""
        return float(self.loss.forward(predict(self.layers, inputs), labels))

    def upstream(self, gradient: Array, at: int) -> Array:
        """Return what the last layer is given."""
        return gradient

    def backpropagate(self, gradient: Array) -> None:
        """Fill the gradients of all layers."""
        for layer in reversed(self.layers):
            gradient = layer.backward(gradient)

    def update(self, at: int) -> None:
        """Change the weights."""
        self.optimizer.step()

    def reported(self, value: float, at: int) -> float:
        """Return the number that is kept for this step."""
        return value

    def consecutive(self, at: int) -> Array:
        """Return the row numbers that come next if the order of rows is kept."""
        lengths = [len(batch) for batch in self.task.batches]
        rows = np.arange(sum(lengths[:at]), sum(lengths[: at + 1]))
        return rows % len(self.task.inputs)
