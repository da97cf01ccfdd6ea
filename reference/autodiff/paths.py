"""The chain rule as a sum over paths, which reverse mode factors.

A derivative is the sum over all paths from input to output of the product of the
derivatives along the path. There are exponentially many paths in the size of a graph.
Reverse mode computes the same sum with each edge used once: ``a*d + a*e + b*d + b*e``
is ``(a + b) * (d + e)``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reference.autodiff import graph, reverse

Path = tuple[tuple[graph.Node, graph.Edge], ...]


def paths(output: graph.Node, source: graph.Node) -> Iterator[Path]:
    """Yield every path from ``output`` back to ``source``.

    A step of a path is a node and the edge to one of its operands.

    Examples
    --------
    >>> x = graph.Node(3.0)
    >>> [len(path) for path in paths(x * x + x, x)]
    [1, 2, 2]
    """
    unfinished: list[tuple[graph.Node, Path]] = [(output, ())]
    while unfinished:
        node, path = unfinished.pop()
        if node is source:
            yield path
        else:
            unfinished.extend((e.parent, (*path, (node, e))) for e in node.edges)


def count_paths(output: graph.Node, source: graph.Node) -> int:
    """Return the number of paths, in time linear in the number of edges.

    Examples
    --------
    >>> y = x = graph.Node(3.0)
    >>> for _ in range(24):
    ...     y = y + y
    >>> count_paths(y, x) == 2**24
    True
    """
    count: Counter[graph.Node] = Counter([source])
    for node in graph.topological(output):
        if node is not source:
            count[node] = sum(count[edge.parent] for edge in node.edges)
    return count[output]


def sum_over_paths(
    output: graph.Node, source: graph.Node, upstream: graph.Operand | None = None
) -> graph.Node:
    """Return the gradient for ``source``, one path after the other.

    The same numbers as ``gradient`` gives, up to rounding, in exponential time.

    References
    ----------
    McGill COMP 451, lecture 22, "sum over paths".

    Examples
    --------
    >>> x = graph.Node(3.0)
    >>> sum_over_paths(x * x + x, x).value.item()
    7.0
    """
    total = graph.constant(source.value * 0)
    for path in paths(output, source):
        piece = reverse.seed(output, upstream)
        for node, edge in path:
            piece = reverse.pull(piece, node, edge)
        total = total + piece
    return total
