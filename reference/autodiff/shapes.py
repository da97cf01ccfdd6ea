"""Operations that move entries and change none of them.

They are linear: pushing applies the operation itself to the tangent. Pulling is the
way back: what was copied is summed, what was joined is cut apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reference.autodiff import graph, indexing, reductions
from reference.errors import ShapeError

Shape = tuple[int, ...]


def require_broadcast(operation: str, *shapes: Shape) -> None:
    """Raise ``ShapeError`` unless the shapes broadcast together.

    Examples
    --------
    >>> require_broadcast("add", (2, 1), (3,))
    """
    try:
        np.broadcast_shapes(*shapes)
    except ValueError as error:
        listed = " and ".join(str(shape) for shape in shapes)
        raise ShapeError(f"{operation}: shapes must broadcast, got {listed}") from error


def cast(x: graph.Node, dtype: np.dtype[Any]) -> graph.Node:
    """Return ``x`` in another precision; gradients come back in that of ``x``.

    Examples
    --------
    >>> cast(graph.Node(2.0), np.dtype(np.float32)).dtype
    dtype('float32')
    """
    if x.dtype == dtype:
        return x
    return graph.record(
        "cast",
        x.value.astype(dtype),
        graph.Edge(
            x,
            push=lambda t, out: cast(t, out.dtype),
            pull=lambda g, out: cast(g, x.dtype),
        ),
    )


def broadcast_to(a: graph.Operand, shape: Shape) -> graph.Node:
    """Return copies of ``a`` along new axes and along axes of length 1.

    Examples
    --------
    >>> broadcast_to(graph.Node(2.0), (3,))
    Node([2.0, 2.0, 2.0], broadcast_to)
    """
    (x,) = graph.operands("broadcast_to", a)
    if x.shape == shape:
        return x
    try:
        value = np.broadcast_to(x.value, shape)
    except ValueError as error:
        raise ShapeError(
            f"broadcast_to: {x.shape} must broadcast to the shape, got {shape}"
        ) from error
    return graph.record(
        "broadcast_to",
        value,
        graph.Edge(
            x,
            push=lambda t, out: broadcast_to(t, shape),
            pull=lambda g, out: sum_to(g, x.shape),
        ),
    )


def sum_to(x: graph.Node, shape: Shape) -> graph.Node:
    """Sum the copies that ``broadcast_to`` makes of an array of ``shape``.

    Summed are the axes that are new and those that had length 1.

    Examples
    --------
    >>> sum_to(graph.Node(np.ones((2, 3))), (3,))
    Node([2.0, 2.0, 2.0], reshape)
    """
    if x.shape == shape:
        return x
    new = x.ndim - len(shape)
    stretched = [
        new + axis for axis, length in enumerate(shape) if length != x.shape[new + axis]
    ]
    return reshape(reductions.sum_over(x, (*range(new), *stretched)), shape)


def reshape(a: graph.Operand, shape: Shape) -> graph.Node:
    """Return the same entries, read row by row, in another shape.

    Parameters
    ----------
    shape
        One length may be -1 and follows from the others.

    Examples
    --------
    >>> reshape(graph.Node(np.array([1.0, 2.0])), (2, 1))
    Node([[1.0], [2.0]], reshape)
    """
    (x,) = graph.operands("reshape", a)
    try:
        value = x.value.reshape(shape)
    except ValueError as error:
        raise ShapeError(
            f"reshape: shape must hold {x.size} entries, got {shape}"
        ) from error
    return graph.record(
        "reshape",
        value,
        graph.Edge(
            x,
            push=lambda t, out: reshape(t, out.shape),
            pull=lambda g, out: reshape(g, x.shape),
        ),
    )


def transpose(a: graph.Operand, axes: Sequence[int] | None = None) -> graph.Node:
    """Return ``a`` with its axes in another order, by default the reverse.

    Parameters
    ----------
    axes
        Axis ``axes[i]`` of ``a`` becomes axis ``i``. The way back is the inverse
        permutation, which is another one as soon as three axes change places.

    Examples
    --------
    >>> transpose(graph.Node(np.ones((2, 3, 5))), (1, 2, 0)).shape
    (3, 5, 2)
    """
    (x,) = graph.operands("transpose", a)
    order = tuple(range(x.ndim))[::-1] if axes is None else tuple(axes)
    positive = [axis + x.ndim if axis < 0 else axis for axis in order]
    if sorted(positive) != list(range(x.ndim)):
        raise ShapeError(
            f"transpose: axes must name each of {x.ndim} axes once, got {order}"
        )
    back = tuple(positive.index(axis) for axis in range(x.ndim))
    return graph.record(
        "transpose",
        x.value.transpose(order),
        graph.Edge(
            x,
            push=lambda t, out: transpose(t, order),
            pull=lambda g, out: transpose(g, back),
        ),
    )


def concatenate(values: Sequence[graph.Operand], axis: int = 0) -> graph.Node:
    """Return the arrays one after the other along an axis that they have.

    Examples
    --------
    >>> concatenate([graph.Node(np.array([1.0])), np.array([2.0, 3.0])])
    Node([1.0, 2.0, 3.0], concatenate)
    """
    nodes = graph.operands("concatenate", *values)
    try:
        value = np.concatenate([node.value for node in nodes], axis=axis)
    except ValueError as error:
        raise ShapeError(
            f"concatenate: shapes must agree except along axis {axis}, "
            f"got {_listed(nodes)}"
        ) from error
    lengths = [node.shape[axis] for node in nodes]
    stops = np.cumsum(lengths).tolist()
    edges = [
        _piece(node, axis % value.ndim, slice(stop - length, stop))
        for node, length, stop in zip(nodes, lengths, stops, strict=True)
    ]
    return graph.record("concatenate", value, *edges)


def _piece(parent: graph.Node, axis: int, place: slice) -> graph.Edge:
    key = (*[slice(None)] * axis, place)
    return graph.Edge(
        parent,
        push=lambda t, out: indexing.scatter(t, key, out.shape),
        pull=lambda g, out: indexing.index(g, key),
    )


def _listed(nodes: Sequence[graph.Node]) -> str:
    return ", ".join(str(node.shape) for node in nodes) or "nothing"


def stack(values: Sequence[graph.Operand], axis: int = 0) -> graph.Node:
    """Return the arrays one after the other along a new axis.

    Examples
    --------
    >>> stack([graph.Node(1.0), graph.Node(2.0)])
    Node([1.0, 2.0], concatenate)
    """
    nodes = graph.operands("stack", *values)
    if len({node.shape for node in nodes}) != 1:
        raise ShapeError(f"stack: shapes must be equal, got {_listed(nodes)}")
    (place,) = reductions.axes_of("stack", axis, nodes[0].ndim + 1)
    return concatenate(
        [reshape(n, (*n.shape[:place], 1, *n.shape[place:])) for n in nodes], place
    )
