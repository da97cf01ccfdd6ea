"""Operations that choose between entries: piecewise linear, with kinks.

At a kink there is no derivative. What is taken there is stated with each operation and
agrees with PyTorch; the choice is a constant, so second derivatives are 0.
"""

from __future__ import annotations

import numpy as np

from reference.arrays import require_mask
from reference.autodiff import elementwise, graph, shapes
from reference.protocols import Array


def where(condition: Array, a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return the entries of ``a`` where ``condition`` holds, else those of ``b``.

    Parameters
    ----------
    condition
        Booleans; the three broadcast.

    Examples
    --------
    >>> where(np.array([True, False]), graph.Node(2.0), 7)
    Node([2.0, 7.0], where)
    """
    x, y = graph.operands("where", a, b)
    require_mask("where", "condition", condition, np.shape(condition))
    shapes.require_broadcast("where", condition.shape, x.shape, y.shape)
    chosen = condition.copy()
    return graph.record(
        "where",
        np.where(chosen, x.value, y.value),
        # Not a product with 0: what arrives for an entry left out may be infinite.
        elementwise.entrywise(x, lambda t, out: where(chosen, t, 0)),
        elementwise.entrywise(y, lambda t, out: where(chosen, 0, t)),
    )


def maximum(a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return the larger of two entries; equal ones share the gradient by halves.

    Examples
    --------
    >>> maximum(graph.Node(np.array([-2.0, 3.0])), 1)
    Node([1.0, 3.0], maximum)
    """
    x, y = elementwise.broadcast("maximum", a, b)
    share = np.heaviside(x.value - y.value, x.dtype.type(0.5))
    return graph.record(
        "maximum",
        np.maximum(x.value, y.value),
        elementwise.entrywise(x, lambda t, out: t * share),
        elementwise.entrywise(y, lambda t, out: t * (1 - share)),
    )


def relu(a: graph.Operand) -> graph.Node:
    """Return ``max(a, 0)``; its derivative at 0 is taken as 0.

    Examples
    --------
    >>> relu(graph.Node(np.array([-2.0, 3.0])))
    Node([0.0, 3.0], relu)
    """
    (x,) = graph.operands("relu", a)
    slope = np.heaviside(x.value, x.dtype.type(0))
    return graph.record(
        "relu",
        np.maximum(x.value, 0),
        elementwise.entrywise(x, lambda t, out: t * slope),
    )


def absolute(a: graph.Operand) -> graph.Node:
    """Return the magnitude; its derivative at 0 is taken as 0.

    Examples
    --------
    >>> absolute(graph.Node(-3.0))
    Node(3.0, absolute)
    """
    (x,) = graph.operands("absolute", a)
    sign = np.sign(x.value)
    return graph.record(
        "absolute",
        np.abs(x.value),
        elementwise.entrywise(x, lambda t, out: t * sign),
    )
