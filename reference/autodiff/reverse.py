"""Reverse mode: the gradient for every input, in one way back through the graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reference.arrays import require_shape
from reference.autodiff import counts, graph, recording, shapes
from reference.errors import ShapeError


def gradient(
    output: graph.Node,
    inputs: Sequence[graph.Node],
    upstream: graph.Operand | None = None,
) -> tuple[graph.Node, ...]:
    """Return the gradient of ``sum(upstream * output)`` for each input.

    Every edge on a way from an input to ``output`` is pulled once. The nodes are
    walked in reverse topological order, so the gradient for a node is complete before
    it is passed on.

    Parameters
    ----------
    inputs
        Tracked nodes, leaves or not. One that ``output`` does not depend on has a
        gradient of zero.
    upstream
        Of the shape of ``output``; may be left out for a 0-d ``output``.

    Returns
    -------
    tuple of Node
        They are tracked and can be differentiated again, except under ``no_grad``.

    Raises
    ------
    GraphError
        If ``output`` or an input is a constant. The gradient of a linear function is
        one.
    ShapeError
        If ``upstream`` is missing or does not fit.

    References
    ----------
    Toronto CSC 311, lecture 6: the sum over children of ``vj_bar * dvj/dvi``.

    Examples
    --------
    >>> x = graph.Node(3.0)
    >>> (slope,) = gradient(x**3, [x])
    >>> slope.value.item(), gradient(slope, [x])[0].value.item()
    (27.0, 18.0)
    """
    _require_tracked("output", output)
    for place, node in enumerate(inputs):
        _require_tracked(f"inputs[{place}]", node)
    gradients = {output: seed(output, upstream)}
    order = graph.topological(output)
    useful = _depending(order, inputs)
    for node in reversed(order):
        if node not in useful:
            continue
        for count in counts.active():
            count.visited.append(node)
        for edge in node.edges:
            if edge.parent in useful:
                piece = pull(gradients[node], node, edge)
                add_to(gradients, edge.parent, piece)
    return tuple(
        gradients[node] if node in gradients else zeros_like(node) for node in inputs
    )


def backward(output: graph.Node, upstream: graph.Operand | None = None) -> None:
    """Add the gradient to ``grad`` of every leaf that ``output`` depends on.

    Leaves accumulate until ``zero_grad``, so the gradients of several outputs add up.
    Nothing is kept in the nodes between: a second call would count it again. What is
    added are constants; use ``gradient`` to differentiate again.

    Examples
    --------
    >>> x = graph.Node(3.0)
    >>> y = x * x
    >>> backward(y)
    >>> backward(y)
    >>> x.grad
    Node(12.0, add)
    """
    leaves = [node for node in graph.topological(output) if not node.edges]
    with recording.no_grad():
        for leaf, found in zip(leaves, gradient(output, leaves, upstream), strict=True):
            leaf.grad = found.detach() if leaf.grad is None else leaf.grad + found


def seed(output: graph.Node, upstream: graph.Operand | None) -> graph.Node:
    """Return the gradient for the output itself, in its precision; a 1 by default.

    Examples
    --------
    >>> seed(graph.Node(3.0), None)
    Node(1.0, constant)
    """
    if upstream is None:
        if output.ndim:
            raise ShapeError(
                "gradient: output must be 0-d if there is no upstream gradient, "
                f"got {output.shape}"
            )
        return graph.constant(np.ones((), dtype=output.dtype))
    (given,) = graph.operands("upstream", upstream)
    require_shape("gradient", "upstream", given.value, output.shape)
    return shapes.cast(given, output.dtype)


def pull(gradient: graph.Node, node: graph.Node, edge: graph.Edge) -> graph.Node:
    """Return what one edge of ``node`` passes on, and count it.

    Examples
    --------
    >>> y = 2 * graph.Node(3.0)
    >>> pull(graph.Node(5.0), y, y.edges[0])
    Node(10.0, multiply)
    """
    for count in counts.active():
        count.pulled.append(edge)
    return edge.pull(gradient, node)


def add_to(
    held: dict[graph.Node, graph.Node], node: graph.Node, piece: graph.Node
) -> None:
    """Add a piece to what is held for a node; the first one begins.

    Examples
    --------
    >>> x = graph.Node(3.0)
    >>> held = {x: graph.Node(1.0)}
    >>> add_to(held, x, graph.Node(4.0))
    >>> held[x]
    Node(5.0, add)
    """
    held[node] = held[node] + piece if node in held else piece


def _depending(
    order: Sequence[graph.Node], inputs: Sequence[graph.Node]
) -> set[graph.Node]:
    """Return the inputs and the nodes that depend on one of them."""
    found = set(inputs)
    for node in order:
        if any(edge.parent in found for edge in node.edges):
            found.add(node)
    return found


def zeros_like(node: graph.Node) -> graph.Node:
    """Return the derivative of what does not depend on ``node``, or of ``node``.

    Examples
    --------
    >>> zeros_like(graph.Node(3.0))
    Node(0.0, constant)
    """
    return graph.constant(np.zeros_like(node.value))


def _require_tracked(name: str, node: graph.Node) -> None:
    if not node.tracked:
        raise graph.GraphError(
            f"gradient: {name} must be tracked, got a constant, something detached or "
            "something computed under no_grad"
        )
