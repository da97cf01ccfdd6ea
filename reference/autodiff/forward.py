"""Forward mode: the derivative in one direction, in one way through the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reference.arrays import require_shape
from reference.autodiff import counts, graph, recording, reverse, shapes
from reference.errors import ShapeError


def tangent(
    output: graph.Node,
    inputs: Sequence[graph.Node],
    tangents: Sequence[graph.Operand],
) -> graph.Node:
    """Return how ``output`` changes when each input changes along its tangent.

    Every edge on a way from an input to ``output`` is pushed once. The nodes are
    walked in topological order, so the tangent of a node is complete before it is
    passed on.

    Parameters
    ----------
    inputs
        Nodes of the graph of ``output``. What they were computed from is not asked.
    tangents
        One for each input, of its shape.

    Examples
    --------
    >>> a, b = graph.Node(2.0), graph.Node(1.0)
    >>> tangent((a + b) * (b + 1), [a, b], [0.0, 1.0]).value.item()
    5.0
    """
    if len(inputs) != len(tangents):
        raise ShapeError(
            f"tangent: there must be a tangent for each of {len(inputs)} inputs, "
            f"got {len(tangents)}"
        )
    held: dict[graph.Node, graph.Node] = {}
    for place, (node, given) in enumerate(zip(inputs, tangents, strict=True)):
        reverse.add_to(held, node, _checked(place, node, given))
    for node in graph.topological(output):
        edges = () if node in held else node.edges
        for edge in edges:
            if edge.parent in held:
                piece = push(held[edge.parent], node, edge)
                reverse.add_to(held, node, piece)
        for count in counts.active():
            count.visited.extend([node] if node in held else [])
    return held[output] if output in held else reverse.zeros_like(output)


def push(tangent: graph.Node, node: graph.Node, edge: graph.Edge) -> graph.Node:
    """Return what one edge of ``node`` receives, and count it.

    Examples
    --------
    >>> y = 2 * graph.Node(3.0)
    >>> push(graph.Node(5.0), y, y.edges[0])
    Node(10.0, multiply)
    """
    for count in counts.active():
        count.pushed.append(edge)
    return edge.push(tangent, node)


def jvp(
    function: Callable[..., graph.Node],
    inputs: Sequence[graph.Operand],
    tangents: Sequence[graph.Operand],
) -> tuple[graph.Node, graph.Node]:
    """Return ``function(*inputs)`` and the product of its Jacobian with the tangents.

    Parameters
    ----------
    function
        Takes as many nodes as there are inputs and returns one. Other nodes that it
        uses are constants here, even if they depend on the inputs.

    Raises
    ------
    GraphError
        Under ``no_grad``, where nothing is recorded that could be pushed along.

    Examples
    --------
    >>> value, change = jvp(lambda x: x * x, [np.array([2.0, 3.0])], [np.ones(2)])
    >>> value.value.tolist(), change.value.tolist()
    ([4.0, 9.0], [4.0, 6.0])
    """
    if not recording.is_recording():
        raise graph.GraphError("jvp: operations must be recorded, got no_grad")
    sources = [_source(given) for given in inputs]
    output = function(*sources)
    return output, tangent(output, sources, tangents)


def hessian_vector_product(
    function: Callable[[graph.Node], graph.Node],
    point: graph.Operand,
    direction: graph.Operand,
) -> graph.Node:
    """Return the Hessian of a function with a 0-d result, times a direction.

    Forward over reverse: the change of the gradient along the direction. The Hessian
    itself is never formed.

    Examples
    --------
    >>> hessian_vector_product(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.ones(2))
    Node([6.0, 12.0], multiply)
    """

    def slope(x: graph.Node) -> graph.Node:
        return reverse.gradient(function(x), [x])[0]

    return jvp(slope, [point], [direction])[1]


def _source(given: graph.Operand) -> graph.Node:
    """Return a node of our own for an input, so that no other way leads into it.

    An input that depends on further nodes stays connected to them.
    """
    (node,) = graph.operands("jvp", given)
    if not node.tracked:
        return graph.Node(node.value)
    same = graph.Edge(node, push=lambda t, out: t, pull=lambda g, out: g)
    return graph.record("source", node.value, same)


def _checked(place: int, node: graph.Node, given: graph.Operand) -> graph.Node:
    (checked,) = graph.operands("tangent", given)
    require_shape("tangent", f"tangents[{place}]", checked.value, node.shape)
    return shapes.cast(checked, node.dtype)
