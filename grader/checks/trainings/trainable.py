"""A network that a check can put together from components, and what forbids it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from grader.checks.base import (
    CheckParams,
    KeyPath,
    Name,
    Number,
    Problem,
    wrong_component,
)
from grader.checks.component import Component
from grader.checks.presentation.arrangement import Arrangement
from grader.checks.presentation.rows import Row, in_rows, row
from grader.checks.trainings.datasets import DATASETS, DataName
from grader.checks.trainings.replay import Net, start_weights
from grader.contract.messages import Array
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
ARRANGED_REASON = (
    "{name!r} has arrays or scales of its own, which this kind does not know; name a "
    "component for it that declares neither"
)
UPHILL_REASON = (
    "the gradients of {name!r} point downhill, and every optimizer here subtracts what "
    "it is given. Judge this training by the kind convergence, or by the function "
    "train of a binding.py and components without these scales"
)
# Of the batch on which the signs of gradients are tried.
EXAMPLES = 6

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
        layers=tuple(in_rows(components[name]) for name in params.layers),
        loss=in_rows(components[params.loss]),
        optimizer=optimizer,
        optimizer_operation=optimizer.reference(**params.settings),
        widths=(dataset.features, *params.hidden, dataset.classes),
    )


def row_of(params: NetworkParams, components: Mapping[str, Component]) -> Row:
    """Return the layers and the loss as the students have them."""
    return row([components[name] for name in params.layers], components[params.loss])


def wrong_network(
    params: NetworkParams,
    components: Mapping[str, Component],
    *,
    arranged: bool = False,
) -> list[Problem]:
    """Return what keeps the parts from being one network, sizes and settings too.

    Parameters
    ----------
    arranged
        Whether arrays may look otherwise than in the reference.
    """
    problems = wrong_parts(params, components)
    problems += [] if problems else _wrong_looks(params, components, arranged)
    if problems:
        return problems
    weighted = sum(bool(components[name].plain().parameters) for name in params.layers)
    if weighted != len(params.hidden) + 1:
        reason = f"must be one width less than layers with weights ({weighted})"
        problems.append((("hidden",), reason))
    try:
        components[params.optimizer].reference(**params.settings)
    except ConventionError as error:
        problems.append((("settings",), str(error)))
    return problems or (uphill(params, components) if arranged else [])


def _wrong_looks(
    params: NetworkParams, components: Mapping[str, Component], arranged: bool
) -> list[Problem]:
    """Return which parts look otherwise than they may here."""
    if arranged:
        return list(row_of(params, components).problems)
    places: list[tuple[KeyPath, str]] = [
        (("layers", at), name) for at, name in enumerate(params.layers)
    ]
    return [
        (place, ARRANGED_REASON.format(name=name))
        for place, name in (*places, (("loss",), params.loss))
        if components[name].arrangement
    ]


def uphill(params: NetworkParams, components: Mapping[str, Component]) -> list[Problem]:
    """Return the layers whose gradients an optimizer would follow uphill.

    Signs of several parts may cancel, so they are tried on one batch.
    """
    net = network(params, components)
    if not any(part.arrangement for part in (*net.layers, net.loss)):
        return []
    plain = replace(
        net,
        layers=tuple(replace(one, arrangement=Arrangement()) for one in net.layers),
        loss=replace(net.loss, arrangement=Arrangement()),
    )
    got, right = (_gradients(one) for one in (net, plain))
    return [
        (("layers", at), UPHILL_REASON.format(name=part.name))
        for at, (part, names) in enumerate(net.named())
        if any(np.vdot(got[name], right[name]) < 0 for name in names.values())
    ]


def _gradients(net: Net) -> Mapping[str, Array]:
    """Return the gradients of all parameters for one small batch."""
    rng = np.random.default_rng(0)
    layers, loss = net.build(start_weights(net, rng))
    value = rng.normal(size=(EXAMPLES, net.widths[0]))
    for layer in layers:
        value = layer.forward(value)
    loss.forward(value, np.arange(EXAMPLES) % net.widths[-1])
    upstream = loss.backward()
    for layer in reversed(layers):
        upstream = layer.backward(upstream)
    return net.held_by(layers, "grads")


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
    operation = part.plain()
    if not isinstance(operation, LayerOperation):
        return False  # without a reference
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
    operation = part.plain()
    if not isinstance(operation, LossOperation):
        return False
    try:
        operation.loss().forward(np.ones((ROWS, CLASSES)), np.arange(ROWS))
    except (ReferenceUseError, TypeError):
        return False
    return True
