"""What is right: a program evaluated on the graph of the reference."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.graphs.program import GRADIENT, Pass, Program, Step, follow
from grader.contract.messages import Array
from reference.autodiff import (
    elementwise,
    graph,
    indexing,
    products,
    recording,
    reductions,
    reverse,
    selection,
    shapes,
)
from reference.operations.base import Arrays, Family, Operation

Operand = graph.Operand
Params = Mapping[str, Any]


def key_of(operation: str, params: Params) -> Any:
    """Return what a step of ``slice`` or ``rows`` puts into square brackets."""
    if operation == "rows":
        return np.array(params["rows"])
    return tuple(slice(*bounds) for bounds in params["slices"])


def axis_of(params: Params) -> Any:
    """Return the axis of a reduction, several as a tuple."""
    axis = params["axis"]
    return tuple(axis) if isinstance(axis, list) else axis


def swapped(axes: Sequence[int], ndim: int) -> tuple[int, ...]:
    """Return the permutation that exchanges two axes."""
    order = list(range(ndim))
    first, second = axes
    order[first], order[second] = order[second], order[first]
    return tuple(order)


def _reduced(reduce: Callable[..., graph.Node]) -> Callable[..., graph.Node]:
    return lambda a, p: reduce(a, axis_of(p), keepdims=p["keepdims"])


OPERATIONS: Mapping[str, Callable[..., graph.Node]] = {
    "add": lambda a, b, p: elementwise.add(a, b),
    "subtract": lambda a, b, p: elementwise.subtract(a, b),
    "multiply": lambda a, b, p: elementwise.multiply(a, b),
    "divide": lambda a, b, p: elementwise.divide(a, b),
    "power": lambda a, b, p: elementwise.power(a, b),
    "negate": lambda a, p: elementwise.negate(a),
    "relu": lambda a, p: selection.relu(a),
    "tanh": lambda a, p: elementwise.tanh(a),
    "sigmoid": lambda a, p: elementwise.sigmoid(a),
    "exp": lambda a, p: elementwise.exp(a),
    "log": lambda a, p: elementwise.log(a),
    "sqrt": lambda a, p: elementwise.sqrt(a),
    "sin": lambda a, p: elementwise.sin(a),
    "cos": lambda a, p: elementwise.cos(a),
    "matmul": lambda a, b, p: products.matmul(a, b),
    "sum": _reduced(reductions.sum_over),
    "mean": _reduced(reductions.mean_over),
    "max": _reduced(reductions.max_over),
    "logsumexp": _reduced(reductions.logsumexp),
    "reshape": lambda a, p: shapes.reshape(a, tuple(p["shape"])),
    "broadcast_to": lambda a, p: shapes.broadcast_to(a, tuple(p["shape"])),
    "transpose": lambda a, p: shapes.transpose(a, p["axes"]),
    "swap_axes": lambda a, p: shapes.transpose(a, swapped(p["axes"], a.ndim)),
    "slice": lambda a, p: indexing.index(a, key_of("slice", p)),
    "rows": lambda a, p: indexing.index(a, key_of("rows", p)),
    "gather": lambda a, p: indexing.gather(a, np.array(p["indices"]), p["axis"]),
    "detach": lambda a, p: a.detach(),
}
"""Every operation that a program may have; each takes its operands and parameters."""


def answer(program: Program, arrays: Arrays) -> dict[str, Array]:
    """Return the output as ``out`` and each gradient, ``grad_`` and the leaf's name.

    Gradients of several passes add up, or the last pass counts, as the program says.
    """
    leaves: dict[str, graph.Node] = {
        name: graph.Node(arrays[name])
        if name in program.gradients
        else graph.constant(arrays[name])
        for name in program.leaves
    }
    values = follow(
        program.unrolled, leaves, lambda step, given: _applied(step, given, arrays)
    )
    found = {"out": values[program.output].value}
    wanted = [leaves[name] for name in program.gradients]
    for number, one in enumerate(program.passes):
        with recording.no_grad():
            pieces = reverse.gradient(values[one.output], wanted, _seed(one, arrays))
        for name, piece in zip(program.gradients, pieces, strict=True):
            key = f"grad_{name}"
            before = found[key] if number and program.accumulates else 0.0
            found[key] = np.asarray(before + piece.value)
    return found


def _seed(one: Pass, arrays: Arrays) -> Array | None:
    return arrays[one.upstream] if one.upstream else None


def _applied(step: Step, given: Sequence[Any], arrays: Arrays) -> graph.Node:
    if step.operation == GRADIENT:
        output, leaf = given
        name = step.params["upstream"]
        upstream = arrays[name] if name else None
        return reverse.gradient(output, [leaf], upstream)[0]
    return OPERATIONS[step.operation](*given, step.params)


class ProgramOperation(Operation):
    """One program as an operation, so that its answers are compared like all others."""

    name = "program"
    family = Family.FUNCTION
    formula = ""

    def __init__(self, program: Program, arrays: Arrays) -> None:
        self.program = program
        self.arrays = arrays
        self.inputs = program.leaves
        self.differentiable = program.gradients

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Return the arrays that were drawn together with the program."""
        return dict(self.arrays)

    def answer(self, arrays: Arrays) -> dict[str, Array]:
        """Return the output and every gradient."""
        return answer(self.program, arrays)
