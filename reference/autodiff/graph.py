"""Nodes and edges: values that remember how they were computed.

An operation has one edge to each of its operands. The edge is the derivative with
respect to this operand, a linear map, and it can be followed in both directions:
``push`` applies the map to a tangent of the operand, ``pull`` applies its transpose to
a gradient of the result. Forward mode and reverse mode are nothing else than pushing
and pulling along every edge once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from reference.arrays import require_floats
from reference.autodiff import (
    counts,
    elementwise,
    indexing,
    products,
    recording,
    reductions,
    reverse,
    shapes,
)
from reference.errors import ReferenceUseError
from reference.protocols import Array


class GraphError(ReferenceUseError):
    """A derivative was asked for that the graph does not hold.

    Examples
    --------
    >>> try:
    ...     Node(2.0).detach().backward()
    ... except GraphError as error:
    ...     print(str(error)[:42])
    gradient: output must be tracked, got a co
    """


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """The derivative of a node with respect to one of its operands.

    Parameters
    ----------
    parent
        The operand.
    push
        Maps ``(tangent, out)``, the tangent of ``parent`` and the node itself, to a
        tangent of the node.
    pull
        Maps ``(gradient, out)``, the gradient for the node and the node itself, to a
        gradient for ``parent``: the transpose of ``push``. Both are made of
        operations on nodes, so that what they return can be differentiated again.

    Examples
    --------
    >>> x = Node(3.0)
    >>> square = x * x
    >>> [edge.pull(Node(1.0), square).value.item() for edge in square.edges]
    [3.0, 3.0]
    """

    parent: Node
    push: Rule
    pull: Rule


class Node:
    """An array, or a number as a 0-d array, that remembers how it was computed.

    Parameters
    ----------
    value
        Finite float64 or float32 array, which is copied, or a Python number. A node
        made by hand is a leaf: a variable with respect to which one differentiates.

    Attributes
    ----------
    value
        Read-only array.
    operation
        Name of what made it, ``"leaf"`` or ``"constant"``.
    edges
        One for each tracked operand. An operand that is used twice has two.
    tracked
        Whether it is a leaf or depends on one.
    grad
        What ``backward`` has added up in a leaf so far, or ``None``.

    Notes
    -----
    Arrays and Python numbers beside a node are constants. Numbers take the precision
    of the node. Values outside of the domain, such as the logarithm of 0, are what
    NumPy makes of them, with its warning.

    Examples
    --------
    >>> a, b = Node(2.0), Node(1.0)
    >>> e = (a + b) * (b + 1)
    >>> e.backward()
    >>> e.value.item(), a.grad.value.item(), b.grad.value.item()
    (6.0, 2.0, 5.0)
    """

    __slots__ = ("__weakref__", "edges", "grad", "operation", "tracked", "value")
    __array_ufunc__: ClassVar[None] = None
    """An array on the left of an operator leaves the operation to the node."""
    __iter__: ClassVar[None] = None
    """A node in place of a list of nodes is refused instead of taken apart."""

    value: Array
    operation: str
    edges: tuple[Edge, ...]
    tracked: bool
    grad: Node | None

    def __init__(self, value: Array | float) -> None:
        array = np.array(value, float) if isinstance(value, int | float) else value
        require_floats("Node", "value", array)
        self._fill("leaf", np.array(array), (), tracked=True)

    def _fill(
        self, operation: str, value: Array, edges: tuple[Edge, ...], *, tracked: bool
    ) -> None:
        value.setflags(write=False)
        self.value = value
        self.operation = operation
        self.edges = edges
        self.tracked = tracked
        self.grad = None

    def __repr__(self) -> str:
        return f"Node({self.value.tolist()}, {self.operation})"

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes; ``()`` for a number."""
        return self.value.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.value.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.value.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The precision, float64 or float32."""
        return self.value.dtype

    @property
    def T(self) -> Node:  # noqa: N802 - the name that NumPy has given it
        """The node with its axes in reverse order."""
        return shapes.transpose(self)

    def __add__(self, other: Operand) -> Node:
        return elementwise.add(self, other)

    def __radd__(self, other: Operand) -> Node:
        return elementwise.add(other, self)

    def __sub__(self, other: Operand) -> Node:
        return elementwise.subtract(self, other)

    def __rsub__(self, other: Operand) -> Node:
        return elementwise.subtract(other, self)

    def __mul__(self, other: Operand) -> Node:
        return elementwise.multiply(self, other)

    def __rmul__(self, other: Operand) -> Node:
        return elementwise.multiply(other, self)

    def __truediv__(self, other: Operand) -> Node:
        return elementwise.divide(self, other)

    def __rtruediv__(self, other: Operand) -> Node:
        return elementwise.divide(other, self)

    def __pow__(self, other: Operand) -> Node:
        return elementwise.power(self, other)

    def __rpow__(self, other: Operand) -> Node:
        return elementwise.power(other, self)

    def __neg__(self) -> Node:
        return elementwise.negate(self)

    def __matmul__(self, other: Operand) -> Node:
        return products.matmul(self, other)

    def __rmatmul__(self, other: Operand) -> Node:
        return products.matmul(other, self)

    def __getitem__(self, key: indexing.Key) -> Node:
        return indexing.index(self, key)

    def sum(self, axis: reductions.Axis = None, *, keepdims: bool = False) -> Node:
        """Return ``reductions.sum_over``."""
        return reductions.sum_over(self, axis, keepdims=keepdims)

    def mean(self, axis: reductions.Axis = None, *, keepdims: bool = False) -> Node:
        """Return ``reductions.mean_over``."""
        return reductions.mean_over(self, axis, keepdims=keepdims)

    def max(self, axis: reductions.Axis = None, *, keepdims: bool = False) -> Node:
        """Return ``reductions.max_over``."""
        return reductions.max_over(self, axis, keepdims=keepdims)

    def reshape(self, *shape: int) -> Node:
        """Return ``shapes.reshape``."""
        return shapes.reshape(self, shape)

    def transpose(self, *axes: int) -> Node:
        """Return ``shapes.transpose``."""
        return shapes.transpose(self, axes or None)

    def detach(self) -> Node:
        """Return a constant with the same value: no derivative flows through it."""
        return constant(self.value)

    def backward(self, upstream: Operand | None = None) -> None:
        """Add to ``grad`` of every leaf; see ``reverse.backward``."""
        reverse.backward(self, upstream)

    def zero_grad(self) -> None:
        """Forget ``grad``; the next ``backward`` begins anew."""
        self.grad = None


Operand = Node | Array | float
Rule = Callable[[Node, Node], Node]


def record(operation: str, value: Array, *edges: Edge) -> Node:
    """Return the node of an operation that has just been evaluated.

    Edges to constants are left out, and under ``no_grad`` all edges.

    Parameters
    ----------
    edges
        One for each operand.

    Examples
    --------
    >>> x = Node(3.0)
    >>> twice = Edge(x, lambda t, out: t + t, lambda g, out: g + g)
    >>> y = record("double", 2 * x.value, twice)
    >>> y.backward()
    >>> x.grad
    Node(2.0, constant)
    """
    for count in counts.active():
        count.operations[operation] += 1
    kept = tuple(edge for edge in edges if edge.parent.tracked)
    if not recording.is_recording():
        kept = ()
    node = Node.__new__(Node)
    node._fill(operation, np.asarray(value), kept, tracked=bool(kept))
    return node


def constant(value: Array) -> Node:
    """Return a node with respect to which nothing is differentiated.

    Examples
    --------
    >>> constant(np.array(3.0)).tracked
    False
    """
    node = Node.__new__(Node)
    node._fill("constant", np.array(value), (), tracked=False)
    return node


def operands(operation: str, *values: Operand) -> tuple[Node, ...]:
    """Return the operands of an operation as nodes of one precision.

    Raises
    ------
    DtypeError, NonFiniteError
        If an operand is neither a node nor a Python number nor an array of finite
        floating-point numbers.

    Examples
    --------
    >>> operands("add", Node(np.float32(3.0)), 2)[1].dtype
    dtype('float32')
    """
    exact = [value for value in values if not isinstance(value, int | float)]
    for value in exact:
        if not isinstance(value, Node):
            require_floats(operation, "operand", value)
    own = [value.dtype for value in exact]
    dtype = np.result_type(*own) if own else np.dtype(np.float64)
    return tuple(_operand(operation, value, dtype) for value in values)


def _operand(operation: str, value: Operand, dtype: np.dtype[Any]) -> Node:
    if isinstance(value, Node):
        return shapes.cast(value, dtype)
    array = np.asarray(value, dtype=dtype)
    require_floats(operation, "operand", array)
    return constant(array)


def topological(output: Node) -> list[Node]:
    """Return the tracked nodes that ``output`` depends on, each after its operands.

    Depth first with a stack of our own, so that a graph may be deeper than Python's
    limit of recursion.

    Examples
    --------
    >>> a, b = Node(2.0), Node(1.0)
    >>> [node.operation for node in topological((a + b) * (b + 1))]
    ['leaf', 'leaf', 'add', 'add', 'multiply']
    """
    order: list[Node] = []
    seen = {output}
    stack = [(output, iter(output.edges))]
    while stack:
        node, edges = stack[-1]
        parent = next((e.parent for e in edges if e.parent not in seen), None)
        if parent is None:
            order.append(node)
            stack.pop()
        else:
            seen.add(parent)
            stack.append((parent, iter(parent.edges)))
    return order
