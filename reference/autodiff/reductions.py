"""Operations that make one entry out of many along some axes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from reference.autodiff import elementwise, graph, shapes
from reference.errors import ShapeError

Axis = int | tuple[int, ...] | None


def axes_of(operation: str, axis: Axis, ndim: int) -> tuple[int, ...]:
    """Return the axes that are meant, counted from 0; ``None`` means all.

    Examples
    --------
    >>> axes_of("sum", -1, 3), axes_of("sum", None, 2)
    ((2,), (0, 1))
    """
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(one + ndim if one < 0 else one for one in given)
    if len(set(axes)) < len(axes) or not all(0 <= one < ndim for one in axes):
        raise ShapeError(
            f"{operation}: axis must name some of {ndim} axes once each, got {axis}"
        )
    return axes


def sum_over(
    a: graph.Operand, axis: Axis = None, *, keepdims: bool = False
) -> graph.Node:
    """Return the sum over some axes; the gradient is copied back to every entry.

    Examples
    --------
    >>> sum_over(graph.Node(np.array([[1.0, 2.0], [3.0, 4.0]])), axis=0)
    Node([4.0, 6.0], sum)
    """
    (x,) = graph.operands("sum", a)
    axes = axes_of("sum", axis, x.ndim)
    return graph.record(
        "sum",
        np.sum(x.value, axis=axes, keepdims=keepdims),
        graph.Edge(
            x,
            push=lambda t, out: sum_over(t, axes, keepdims=keepdims),
            pull=lambda g, out: _spread(g, axes, x),
        ),
    )


def mean_over(
    a: graph.Operand, axis: Axis = None, *, keepdims: bool = False
) -> graph.Node:
    """Return the average over some axes.

    Examples
    --------
    >>> mean_over(graph.Node(np.array([1.0, 2.0])))
    Node(1.5, divide)
    """
    (x,) = graph.operands("mean", a)
    axes = _non_empty("mean", axis, x)
    count = math.prod(x.shape[one] for one in axes)
    return sum_over(x, axes, keepdims=keepdims) / count


def max_over(
    a: graph.Operand, axis: Axis = None, *, keepdims: bool = False
) -> graph.Node:
    """Return the largest entry over some axes; equal ones share the gradient evenly.

    Notes
    -----
    Any shares that sum to one are a subgradient. Even shares are what PyTorch's
    ``amax`` has; the ``max`` of PyTorch with an axis gives one of them all.

    Examples
    --------
    >>> max_over(graph.Node(np.array([1.0, 3.0, 3.0])))
    Node(3.0, max)
    """
    (x,) = graph.operands("max", a)
    axes = _non_empty("max", axis, x)
    winners = (x.value == x.value.max(axis=axes, keepdims=True)).astype(x.dtype)
    share = graph.constant(winners / winners.sum(axis=axes, keepdims=True))
    return graph.record(
        "max",
        x.value.max(axis=axes, keepdims=keepdims),
        _weighted(x, axes, lambda out: share, keepdims=keepdims),
    )


def logsumexp(
    a: graph.Operand, axis: Axis = None, *, keepdims: bool = False
) -> graph.Node:
    """Return ``log(sum(exp(a)))`` without overflow; its derivative is the softmax.

    Examples
    --------
    >>> logsumexp(graph.Node(np.array([1000.0, -1000.0])))
    Node(1000.0, logsumexp)
    """
    (x,) = graph.operands("logsumexp", a)
    axes = _non_empty("logsumexp", axis, x)
    largest = x.value.max(axis=axes, keepdims=True)
    total = np.exp(x.value - largest).sum(axis=axes, keepdims=True)
    value = np.log(total) + largest
    return graph.record(
        "logsumexp",
        value if keepdims else value.squeeze(axes),
        _weighted(
            x,
            axes,
            lambda out: elementwise.exp(x - _spread(out, axes, x)),
            keepdims=keepdims,
        ),
    )


def _weighted(
    x: graph.Node,
    axes: tuple[int, ...],
    weight: Callable[[graph.Node], graph.Node],
    *,
    keepdims: bool,
) -> graph.Edge:
    """Return the edge of a reduction to which every entry adds a share of itself."""
    return graph.Edge(
        x,
        push=lambda t, out: sum_over(t * weight(out), axes, keepdims=keepdims),
        pull=lambda g, out: _spread(g, axes, x) * weight(out),
    )


def _spread(g: graph.Node, axes: tuple[int, ...], x: graph.Node) -> graph.Node:
    """Copy what belongs to a reduction of ``x`` to each entry of ``x``."""
    kept = tuple(1 if one in axes else length for one, length in enumerate(x.shape))
    return shapes.broadcast_to(shapes.reshape(g, kept), x.shape)


def _non_empty(operation: str, axis: Axis, x: graph.Node) -> tuple[int, ...]:
    axes = axes_of(operation, axis, x.ndim)
    if not all(x.shape[one] for one in axes):
        raise ShapeError(
            f"{operation}: there must be an entry along each axis, got {x.shape}"
        )
    return axes
