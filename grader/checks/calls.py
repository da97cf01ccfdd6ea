"""Requests to the student's code, in the words that every binding understands."""

from collections.abc import Mapping
from typing import Any

from grader.checks.base import Component
from grader.contract.messages import Array, Call
from reference.operations.base import Operation

Arrays = Mapping[str, Array]


def layer(
    part: Component, operation: Operation, arrays: Arrays, *, backward: bool
) -> Call:
    """Ask a layer for its output, and for its gradients if ``backward``."""
    wanted = set(operation.inputs) | ({"grad_out"} if backward else set())
    return Call(
        action=part.operation,
        arrays={name: value for name, value in arrays.items() if name in wanted},
        options=_options(part, operation, arrays),
    )


def loss(
    part: Component, operation: Operation, arrays: Arrays, *, backward: bool
) -> Call:
    """Ask a loss for its value, and for its gradient if ``backward``."""
    (gradient,) = operation.gradients
    options = _options(part, operation, arrays)
    options["inputs"] = list(operation.inputs)
    options["gradient"] = gradient
    if not backward:
        options["forward_only"] = True
    return Call(part.operation, {n: arrays[n] for n in operation.inputs}, options)


def optimizer(part: Component, operation: Operation, arrays: Arrays) -> Call:
    """Ask an optimizer for its parameters after each of the given gradients."""
    options = _options(part, operation, arrays)
    options["layers"] = [[name] for name in operation.parameters]
    return Call(part.operation, dict(arrays), options)


def _options(part: Component, operation: Operation, arrays: Arrays) -> dict[str, Any]:
    return {
        "family": str(operation.family),
        "component": part.name,
        "construct": part.arguments(operation.sizes(arrays)),
        "parameters": list(operation.parameters),
    }
