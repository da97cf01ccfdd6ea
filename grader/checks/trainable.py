"""Which components a training check can put together, said before anybody hands in."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from grader.checks.base import Problem, wrong_component
from grader.checks.component import Component
from reference.errors import ReferenceUseError
from reference.operations.base import Family
from reference.operations.families import LayerOperation, LossOperation

WEIGHTED = ("weight", "bias")
ROWS, CLASSES = 2, 3
LAYER_REASON = (
    "must be a layer of rows: {name!r} does not map one array (N, D) to one array, "
    "with a weight (D, M) and a bias (M,) or without parameters"
)
LOSS_REASON = (
    "must be a loss of scores (N, C) and integer labels (N,), which {name!r} is not "
    "under its convention"
)


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
    operation = cast(LayerOperation, part.reference())
    fits = (
        operation.arguments == ("x",)
        and operation.outputs == ("out",)
        and not operation.states
        and operation.parameters in ((), WEIGHTED)
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
    loss = cast(LossOperation, part.reference()).loss()
    try:
        loss.forward(np.ones((ROWS, CLASSES)), np.arange(ROWS))
    except (ReferenceUseError, TypeError):
        return False
    return True
