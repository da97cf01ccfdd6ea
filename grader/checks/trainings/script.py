"""What the reference's parts answer to a right loop, written down step by step.

The jail holds no reference. Where the parts of a student are wrong, their loop is run
over stand-ins that answer from this script instead.
"""

from dataclasses import dataclass, field

import numpy as np

from grader.checks.trainings.replay import Arrays, Task
from grader.contract.messages import Array
from reference.errors import NonFiniteError
from reference.protocols import Layer, LooksAhead, Loss

# A small run shows every mistake of a loop: short batches end its four epochs.
EXAMPLES, BATCH_SIZE, EPOCHS = 19, 8, 4
BEFORE, AFTER = 0, 1


@dataclass(slots=True, eq=False)
class ScriptedStep:
    """One step of the right loop.

    Parameters
    ----------
    given
        What each layer's ``forward`` is given, then what the loss is given, (N, D).
    returned
        What each layer's ``backward`` returns, then what that of the loss returns.
    losses
        Of this batch, before and after the step.
    after
        What ``forward`` of each layer returns for this batch after the step.
    parameters, gradients
        As the optimizer finds them, by names such as ``weight_0``.
    """

    labels: Array
    given: list[Array]
    returned: list[Array]
    losses: tuple[float, float]
    after: list[Array]
    parameters: Arrays
    gradients: Arrays


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """All steps of a right loop over the reference's parts."""

    task: Task
    steps: list[ScriptedStep]
    final: Arrays = field(default_factory=dict)

    @property
    def losses(self) -> Array:
        """Return the loss of each step before and after its update, (T, 2)."""
        return np.array([step.losses for step in self.steps])

    def arrays(self) -> dict[str, Array]:
        """Return the script as the arrays that the stand-ins read.

        ``script.out.K`` and ``script.after.K`` are what layer K returns before and
        after the step of each batch, ``script.back.K`` what its ``backward`` returns,
        with K the number of layers for the loss; all (T, N, D), short batches filled up
        with zeros. ``script.loss`` is (T, 2). ``script.grads.NAME`` is (T, ...) and
        ``script.params.NAME`` (T + 1, ...).
        """
        count = len(self.task.net.layers)
        found = {"script.loss": self.losses}
        for k in range(count):
            found[f"script.out.{k}"] = _padded([s.given[k + 1] for s in self.steps])
            found[f"script.after.{k}"] = _padded([s.after[k] for s in self.steps])
        for k in range(count + 1):
            found[f"script.back.{k}"] = _padded([s.returned[k] for s in self.steps])
        for name, last in self.final.items():
            held = [step.parameters[name] for step in self.steps]
            found[f"script.params.{name}"] = np.stack([*held, last])
            grads = [step.gradients[name] for step in self.steps]
            found[f"script.grads.{name}"] = np.stack(grads)
        return found


def write(task: Task) -> Script | None:
    """Return the script of a task; ``None`` where the right numbers overflow."""
    layers, loss = task.net.build(task.weights)
    optimizer = task.net.stepper(layers)
    steps = []
    try:
        with np.errstate(all="ignore"):
            for batch in task.batches:
                if isinstance(optimizer, LooksAhead):
                    optimizer.lookahead()
                step = _step(task, layers, loss, task.inputs[batch], task.labels[batch])
                optimizer.step()
                _look_again(step, layers, loss)
                steps.append(step)
    except NonFiniteError:
        return None
    return Script(task, steps, task.net.held_by(layers))


def _step(
    task: Task, layers: list[Layer], loss: Loss, inputs: Array, labels: Array
) -> ScriptedStep:
    """Go forward and backward; the optimizer has yet to step."""
    given = [inputs]
    for layer in layers:
        given.append(layer.forward(given[-1]))
    value = float(loss.forward(given[-1], labels))
    returned = [loss.backward()]
    for layer in reversed(layers):
        returned.insert(0, layer.backward(returned[0]))
    return ScriptedStep(
        labels=labels,
        given=given,
        returned=returned,
        losses=(value, value),
        after=[],
        parameters=task.net.held_by(layers),
        gradients=task.net.held_by(layers, "grads"),
    )


def _look_again(step: ScriptedStep, layers: list[Layer], loss: Loss) -> None:
    """Keep what the same batch gives under the new weights."""
    out = step.given[0]
    for layer in layers:
        out = layer.forward(out)
        step.after.append(out)
    value = float(loss.forward(out, step.labels))
    step.losses = (step.losses[BEFORE], value)


def _padded(arrays: list[Array]) -> Array:
    longest = max(len(array) for array in arrays)
    found = np.zeros((len(arrays), longest, *arrays[0].shape[1:]))
    for row, array in zip(found, arrays, strict=True):
        row[: len(array)] = array
    return found
