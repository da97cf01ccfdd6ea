"""Requests to the student's code, in the words that every binding understands."""

from collections.abc import Mapping
from typing import Any

from grader.checks.component import Component
from grader.contract.messages import Array, Call
from reference.operations.base import Family, Operation

Arrays = Mapping[str, Array]


def layer(
    part: Component, operation: Operation, arrays: Arrays, *, backward: bool
) -> Call:
    """Ask a layer for its output, and for its gradients if ``backward``."""
    upstreams = [f"grad_{name}" for name in operation.upstreams(arrays)]
    wanted = (*operation.inputs, *(upstreams if backward else ()))
    options = _options(part, operation, arrays)
    options["inputs"] = list(operation.arguments)
    options["states"] = list(operation.states)
    options["outputs"] = list(operation.outputs)
    options["upstreams"] = upstreams if backward else []
    options["gradients"] = list(operation.gradients)
    return Call(part.operation, {name: arrays[name] for name in wanted}, options)


def everything(part: Component, operation: Operation, arrays: Arrays) -> Call:
    """Ask a layer, a loss or a function for all its outputs and gradients."""
    if operation.family is Family.FUNCTION:
        return function(part, operation, arrays)
    if operation.family is Family.LOSS:
        return loss(part, operation, arrays, backward=True)
    backward = bool(operation.upstreams(arrays))
    return layer(part, operation, arrays, backward=backward)


def function(part: Component, operation: Operation, arrays: Arrays) -> Call:
    """Ask a function for its results."""
    options = _options(part, operation, arrays)
    options["inputs"] = list(operation.inputs)
    options["outputs"] = list(operation.outputs)
    return Call(part.operation, {n: arrays[n] for n in operation.inputs}, options)


def loss(
    part: Component, operation: Operation, arrays: Arrays, *, backward: bool
) -> Call:
    """Ask a loss for its value, and for its gradients if ``backward``."""
    options = _options(part, operation, arrays)
    options["inputs"] = list(operation.inputs)
    options["gradients"] = list(operation.gradients)
    if not backward:
        options["forward_only"] = True
    return Call(part.operation, {n: arrays[n] for n in operation.inputs}, options)


def optimizer(part: Component, operation: Operation, arrays: Arrays) -> Call:
    """Ask an optimizer for its parameters after each of the given gradients."""
    options = _options(part, operation, arrays)
    # Where attributes have names of their own, an optimizer expects all of a layer's.
    every = list(operation.parameters)
    options["layers"] = [every] if part.attributes else [[name] for name in every]
    return Call(part.operation, dict(arrays), options)


def initializer(part: Component, operation: Operation, arrays: Arrays) -> Call:
    """Ask an initialiser for one draw of the shape in ``arrays``."""
    return Call(part.operation, dict(arrays), _options(part, operation, arrays))


def _options(part: Component, operation: Operation, arrays: Arrays) -> dict[str, Any]:
    names = {"names": dict(part.names)} if part.names else {}
    return {
        **names,
        **part.places,
        "family": str(operation.family),
        "component": part.name,
        "construct": part.arguments(operation.sizes(arrays)),
        "parameters": list(operation.parameters),
    }
