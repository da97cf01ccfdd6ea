"""A network that a check can put together from components, and what forbids it."""

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from grader.checks.base import (
    CheckParams,
    Name,
    Number,
    Problem,
    wrong_component,
)
from grader.checks.component import Component
from grader.checks.trainings.datasets import DATASETS, DataName
from grader.checks.trainings.replay import Net
from reference.errors import ConventionError, ReferenceUseError
from reference.operations.base import Family
from reference.operations.families import LayerOperation, LossOperation

WEIGHTED = ("weight", "bias")
ROWS, CLASSES = 2, 3
LAYER_REASON = (
    "must be a layer of rows: {name!r} does not map one array (N, D) to one array, "
    "with a weight (D, M) and perhaps a bias (M,) or without parameters"
)
LOSS_REASON = (
    "must be a loss of scores (N, C) and integer labels (N,), which {name!r} is not "
    "under its convention"
)

Count = Annotated[int, Field(strict=True, ge=1)]


class NetworkParams(CheckParams):
    """Keys of the kinds that train a network.

    Parameters
    ----------
    data
        What is learned: ``digits`` has 64 pixels and 10 classes; ``moons``,
        ``spirals`` and ``xor`` have points in a plane and 2 classes.
    hidden
        Widths of the hidden layers.
    layers, loss, optimizer
        Names of components. The layers with parameters must be one more than
        ``hidden``.
    settings
        Hyper-parameters of the optimizer.
    examples
        How many are trained on; others are held out.
    batch_size, epochs
        How they are used; the last batch of an epoch may be short.
    """

    data: DataName = "digits"
    hidden: tuple[Count, ...] = (32,)
    layers: Annotated[tuple[Name, ...], Field(min_length=1)]
    loss: Name
    optimizer: Name
    settings: dict[str, Number] = Field(default_factory=dict)
    examples: Annotated[int, Field(strict=True, ge=5, le=1700)] = 990
    batch_size: Annotated[int, Field(strict=True, ge=2)] = 32
    epochs: Annotated[int, Field(strict=True, ge=1, le=500)] = 4


def network(params: NetworkParams, components: Mapping[str, Component]) -> Net:
    """Return the network that the parameters describe."""
    optimizer = components[params.optimizer]
    dataset = DATASETS[params.data]
    return Net(
        layers=tuple(components[name] for name in params.layers),
        loss=components[params.loss],
        optimizer=optimizer,
        optimizer_operation=optimizer.reference(**params.settings),
        widths=(dataset.features, *params.hidden, dataset.classes),
    )


def wrong_network(
    params: NetworkParams, components: Mapping[str, Component]
) -> list[Problem]:
    """Return what keeps the parts from being one network, sizes and settings too."""
    problems = wrong_parts(params, components)
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


def wrong_parts(params: Any, components: Mapping[str, Component]) -> list[Problem]:
    """Return which parts of the network are of the wrong kind, and why."""
    problems: list[Problem] = []
    for position, name in enumerate(params.layers):
        reason = wrong_component(name, components, (Family.LAYER,))
        if not reason and not _is_layer_of_rows(components[name]):
            reason = LAYER_REASON.format(name=name)
        if reason:
            problems.append((("layers", position), reason))
    reason = wrong_component(params.loss, components, (Family.LOSS,))
    if not reason and not _is_loss_of_labels(components[params.loss]):
        reason = LOSS_REASON.format(name=params.loss)
    if reason:
        problems.append((("loss",), reason))
    reason = wrong_component(params.optimizer, components, (Family.OPTIMIZER,))
    if reason:
        problems.append((("optimizer",), reason))
    return problems


def _is_layer_of_rows(part: Component) -> bool:
    operation = part.reference()
    if not isinstance(operation, LayerOperation):
        return False  # arranged in the way of a course, or without a reference
    fits = (
        operation.arguments == ("x",)
        and operation.outputs == ("out",)
        and not operation.states
        and operation.parameters in ((), WEIGHTED[:1], WEIGHTED)
    )
    if not fits:
        return False
    x = np.ones((ROWS, CLASSES))
    arrays = {"weight": np.ones((CLASSES, 5)), "bias": np.ones(5)}
    try:
        out = operation.layer(arrays).forward(x)
    except (ReferenceUseError, ValueError, IndexError):
        return False
    return out.shape == (ROWS, 5 if operation.parameters else CLASSES)


def _is_loss_of_labels(part: Component) -> bool:
    operation = part.reference()
    if not isinstance(operation, LossOperation):
        return False
    try:
        operation.loss().forward(np.ones((ROWS, CLASSES)), np.arange(ROWS))
    except (ReferenceUseError, TypeError):
        return False
    return True
