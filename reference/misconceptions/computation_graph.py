"""What goes wrong on the way back through a computation graph.

The graphs are recorded as the reference records them. What differs is how the pieces
that reach a node are gathered, what an edge multiplies by, or the order of the visits.
"""

from collections.abc import Callable, Sequence

import numpy as np

from reference.autodiff.examples import EXAMPLES
from reference.autodiff.graph import Edge, Node, constant, topological
from reference.autodiff.recording import no_grad
from reference.misconceptions.activations import missing_factor_entry
from reference.misconceptions.backward import (
    ignored_upstream_entry,
    needs_upstream,
    negated_entry,
)
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.changes import changed, entries_of
from reference.operations.base import Array, Arrays, Operation

_NAME = "computation_graph"
Gather = Callable[[Sequence[float]], float]
Local = Callable[[Node, Edge], float | None]
"""A wrong derivative along an edge, or nothing where it is the right one."""

MOST_VISITS = 1000
"""A recursion along every path of a longer graph would not end in time."""


def _last(pieces: Sequence[float]) -> float:
    return pieces[-1]


def _first(pieces: Sequence[float]) -> float:
    return pieces[0]


def _mean(pieces: Sequence[float]) -> float:
    return sum(pieces) / len(pieces)


def _right(node: Node, edge: Edge) -> float | None:
    return None


def _recorded(operation: Operation, arrays: Arrays) -> tuple[list[Node], Node]:
    """Return the inputs and the output of the graph as nodes."""
    leaves = [Node(arrays[name]) for name in operation.inputs]
    return leaves, EXAMPLES[vars(operation)["example"]](*leaves)


def _slope(node: Node, edge: Edge, local: Local = _right) -> float:
    """Return the derivative along an edge, wrong where ``local`` has another one."""
    wrong = local(node, edge)
    if wrong is not None:
        return wrong
    one = constant(np.ones_like(node.value))
    with no_grad():
        return float(edge.pull(one, node).value)


def _named(
    operation: Operation, arrays: Arrays, gradients: Sequence[float]
) -> dict[str, Array]:
    """Return what is wrong among gradients in the order of the inputs."""
    named = zip(operation.gradients, map(np.asarray, gradients), strict=True)
    return changed(operation, arrays, dict(named))


def _walked(gather: Gather = sum, local: Local = _right) -> Wrong:
    """Return a way back in topological order that gathers or multiplies wrongly."""

    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        leaves, out = _recorded(operation, arrays)
        pieces: dict[Node, list[float]] = {out: [float(arrays["grad_out"])]}
        for node in reversed(topological(out)):
            gradient = gather(pieces[node])
            for edge in node.edges:
                piece = gradient * _slope(node, edge, local)
                pieces.setdefault(edge.parent, []).append(piece)
        return _named(operation, arrays, [gather(pieces[leaf]) for leaf in leaves])

    return wrong


def _second_walk(*, leaves_cleared: bool) -> Wrong:
    """Return a second way back on top of what the first one left in the nodes."""

    @needs_upstream
    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        leaves, out = _recorded(operation, arrays)
        order = topological(out)
        held = dict.fromkeys(order, 0.0)
        for _ in range(2):
            held[out] = float(arrays["grad_out"])
            if leaves_cleared:
                held |= dict.fromkeys(leaves, 0.0)
            for node in reversed(order):
                for edge in node.edges:
                    held[edge.parent] += held[node] * _slope(node, edge)
        return _named(operation, arrays, [held[leaf] for leaf in leaves])

    return wrong


def _paths(order: Sequence[Node]) -> int:
    """Return how many paths lead from the output into the graph."""
    ways = dict.fromkeys(order, 0)
    ways[order[-1]] = 1
    for node in reversed(order):
        for edge in node.edges:
            ways[edge.parent] += ways[node]
    return sum(ways.values())


@needs_upstream
def _recursion(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    leaves, out = _recorded(operation, arrays)
    order = topological(out)
    if _paths(order) > MOST_VISITS:
        return {}
    held = dict.fromkeys(order, 0.0)

    def visit(node: Node, piece: float) -> None:
        held[node] += piece
        for edge in node.edges:
            visit(edge.parent, held[node] * _slope(node, edge))

    visit(out, float(arrays["grad_out"]))
    return _named(operation, arrays, [held[leaf] for leaf in leaves])


@needs_upstream
def _averaged(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    mean = _walked(_mean)(operation, arrays)
    # Where all pieces are the same, their mean is any one of them.
    last = _walked(_last)(operation, arrays)
    return {} if all(np.isclose(mean[name], last[name]) for name in mean) else mean


@needs_upstream
def _value_as_seed(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    out = operation.answer(arrays)["out"]
    answer = operation.answer({**arrays, "grad_out": out})
    return changed(operation, arrays, answer, *operation.gradients)


@needs_upstream
def _all_inputs_together(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    answer = operation.answer(arrays)
    total = sum(float(answer[name]) for name in operation.gradients)
    return _named(operation, arrays, [total] * len(operation.gradients))


def _passed_on(name: str) -> Local:
    """Return that an operation hands its gradient on as it is."""

    def local(node: Node, edge: Edge) -> float | None:
        return 1.0 if node.operation == name else None

    return local


def _own_factor(node: Node, edge: Edge) -> float | None:
    return float(edge.parent.value) if node.operation == "multiply" else None


def _sign_lost(name: str) -> Local:
    """Return that a minus sign of an operation is left out."""

    def local(node: Node, edge: Edge) -> float | None:
        if node.operation != name:
            return None
        slope = _slope(node, edge)
        return -slope if name == "cos" else abs(slope)

    return local


def _exponent(node: Node, edge: Edge) -> float:
    """Return the exponent of a power of which only the base is an input."""
    base = float(edge.parent.value)
    return base * _slope(node, edge) / float(node.value)


def _exponent_kept(node: Node, edge: Edge) -> float | None:
    if node.operation != "power":
        return None
    return _slope(node, edge) * float(edge.parent.value)


def _factor_lost(node: Node, edge: Edge) -> float | None:
    if node.operation != "power":
        return None
    return _slope(node, edge) / _exponent(node, edge)


_entry = entries_of(_NAME)


def _forgotten(formula: str, name: str) -> Misconception:
    return _entry(
        "M27",
        "derivative of an operation forgotten",
        "Write one factor under every edge between this input and the output. Is there "
        "an edge along which your gradient does not change?",
        formula,
        _walked(local=_passed_on(name)),
    )


def _assigned(formula: str, gather: Gather) -> Misconception:
    return _entry(
        "M115",
        "only one path counts where a value is used twice",
        "Draw the graph and mark every path from this input to the output. How many "
        "are there, and how many of them does your gradient contain?",
        formula,
        _walked(gather),
    )


def _not_cleared(formula: str, *, leaves_cleared: bool) -> Misconception:
    return _entry(
        "M117",
        "gradients of an earlier pass are still in the graph",
        "Go back through the same graph twice in a row. What do the nodes hold before "
        "the second pass begins?",
        formula,
        _second_walk(leaves_cleared=leaves_cleared),
    )


def _without_sign(formula: str, name: str) -> Misconception:
    return _entry(
        "M294",
        "sign of a local derivative lost",
        "Raise this input by a little and follow the change forward, operation by "
        "operation. Which of the values in between become smaller?",
        formula,
        _walked(local=_sign_lost(name)),
    )


MISCONCEPTIONS = (
    negated_entry(_NAME),
    ignored_upstream_entry(_NAME, "the gradient of the output is set to 1"),
    _forgotten("a product passes its gradient on as a sum does", "multiply"),
    _forgotten("exp passes its gradient on", "exp"),
    _forgotten("sigmoid passes its gradient on", "sigmoid"),
    _forgotten("a power passes its gradient on", "power"),
    _assigned("grad = piece in place of grad += piece: the last one stays", _last),
    _assigned("grad = piece only if there is none yet: the first one stays", _first),
    _entry(
        "M116",
        "gradient passed on before it is complete",
        "A node is used by two others. When it passes its gradient on, have both of "
        "them been visited already?",
        "recursion: grad += piece, then all of grad is passed on at once",
        _recursion,
    ),
    _not_cleared(
        "second pass: the nodes in between start from their gradients",
        leaves_cleared=True,
    ),
    _not_cleared(
        "second pass: all nodes start from their gradients", leaves_cleared=False
    ),
    _entry(
        "M120",
        "gradient divided by the number of uses",
        "Raise an input that is used twice by a little. Do the two changes of the "
        "output add up, or does one of them stand for both?",
        "grad = mean of the pieces in place of their sum",
        _averaged,
    ),
    _entry(
        "M125",
        "operands of an operation exchanged",
        "Multiply 2 by 5, then raise the 2 by a little. By how much does the product "
        "move, and which of the two numbers says so?",
        "a * b gives a to a and b to b",
        _walked(local=_own_factor),
    ),
    _entry(
        "M127",
        "pass back begins with a wrong gradient",
        "Which gradient does the output itself have before the pass begins? Does it "
        "depend on the value of the output?",
        "the gradient of the output is its value",
        _value_as_seed,
    ),
    _entry(
        "M128",
        "exponent not lowered by one",
        "What is the slope of the cube of x at x = 2? Compare with what your rule for "
        "powers gives.",
        "the derivative of a**n is n * a**n",
        _walked(local=_exponent_kept),
    ),
    missing_factor_entry(
        _NAME,
        "What is the slope of the square of x at x = 3? Compare with what your rule "
        "for powers gives.",
        "the derivative of a**n is a**(n - 1)",
        _walked(local=_factor_lost),
    ),
    _without_sign("the derivative of cos is sin", "cos"),
    _without_sign("a - b gives 1 to both", "subtract"),
    _entry(
        "M295",
        "one derivative for all inputs together",
        "Raise one input alone, then another one alone. Can a single number describe "
        "what the output does in both cases?",
        "every input gets the sum of all derivatives (one pass forward, all seeds 1)",
        _all_inputs_together,
    ),
)
