"""Train a network made of the student's parts, by the student's own loop."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner.bindings.base import Progress, Request
from worker.runner.bindings.parts import construct
from worker.runner.bindings.places import Places, put_all
from worker.runner.results import to_array


@dataclass(frozen=True, slots=True)
class Parts:
    """A network with its loss and optimizer, weights set, and the batches."""

    layers: list[Any]
    loss: Any
    optimizer: Any
    batches: list[Array]


def build(student: ModuleType, request: Request) -> Parts:
    """Build the network that the options describe."""
    options, arrays = request.options, request.arrays
    layers = []
    for spec in options["layers"]:
        name = str(spec["component"])
        layer = construct(student, name, spec.get("construct", ()))
        starts = spec.get("params", {})
        values = {p: arrays[key] for p, key in starts.items()}
        put_all(layer, name, values, Places(spec))
        layers.append(layer)
    optimizer = options["optimizer"]
    return Parts(
        layers=layers,
        loss=construct(student, str(options["loss"]), ()),
        optimizer=construct(
            student, str(optimizer["component"]), optimizer.get("construct", ()), layers
        ),
        # A short last batch is filled up with -1.
        batches=[row[row >= 0] for row in arrays["batches"]],
    )


def ask(
    function: Callable[..., Any], parts: Parts, request: Request, progress: Progress
) -> Array:
    """Have the student's own function train; return the loss of each step."""
    progress.enter(Phase.TRAIN)
    arrays = request.arrays
    losses = function(
        parts.layers,
        parts.loss,
        parts.optimizer,
        arrays["X"],
        arrays["y"],
        parts.batches,
    )
    name = str(request.options.get("function", "train"))
    return to_array(losses, f"{name} returned").astype(np.float64)


def final_parameters(parts: Parts, request: Request) -> dict[str, Array]:
    """Return each array that a parameter started from as it is now."""
    found = {}
    for layer, spec in zip(parts.layers, request.options["layers"], strict=True):
        name = str(spec["component"])
        for parameter, key in spec.get("params", {}).items():
            place = Places(spec).of(parameter)
            found[key] = to_array(
                place.read(layer, name), f"after training, {place.text(name)} is"
            )
    return found
