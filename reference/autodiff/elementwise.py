"""Operations that act on each entry by itself, with broadcasting.

The derivative of such an operation is a diagonal matrix. It is its own transpose, so
pushing and pulling multiply by the same number, and an operation needs one line for
each operand: ``t`` times the derivative.
"""

from __future__ import annotations

import numpy as np

from reference.autodiff import counts, graph, shapes


def entrywise(parent: graph.Node, scale: graph.Rule) -> graph.Edge:
    """Return the edge to an operand that is broadcast to the shape of the result.

    Parameters
    ----------
    scale
        Maps ``(t, out)``, a tangent or a gradient of the shape of the result and the
        result, to ``t`` times the derivative.

    Examples
    --------
    >>> x = graph.Node(3.0)
    >>> edge = entrywise(x, lambda t, out: 2 * t)
    >>> edge.pull(graph.Node(5.0), x)
    Node(10.0, multiply)
    """
    return graph.Edge(
        parent,
        push=lambda t, out: scale(shapes.broadcast_to(t, out.shape), out),
        pull=lambda g, out: shapes.sum_to(scale(g, out), parent.shape),
    )


def broadcast(operation: str, *values: graph.Operand) -> tuple[graph.Node, ...]:
    """Return operands as nodes after a check that their shapes broadcast.

    Raises
    ------
    ShapeError
        If they do not.

    Examples
    --------
    >>> [node.shape for node in broadcast("add", graph.Node(2.0), np.ones(3))]
    [(), (3,)]
    """
    nodes = graph.operands(operation, *values)
    shapes.require_broadcast(operation, *(node.shape for node in nodes))
    return nodes


def add(a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return ``a + b``.

    Examples
    --------
    >>> add(graph.Node(2.0), 1)
    Node(3.0, add)
    """
    x, y = broadcast("add", a, b)
    return graph.record(
        "add",
        x.value + y.value,
        entrywise(x, lambda t, out: t),
        entrywise(y, lambda t, out: t),
    )


def subtract(a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return ``a - b``.

    Examples
    --------
    >>> 2 - graph.Node(3.0)
    Node(-1.0, subtract)
    """
    x, y = broadcast("subtract", a, b)
    return graph.record(
        "subtract",
        x.value - y.value,
        entrywise(x, lambda t, out: t),
        entrywise(y, lambda t, out: -t),
    )


def multiply(a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return ``a * b``, entry by entry.

    Examples
    --------
    >>> graph.Node(np.array([2.0, 3.0])) * 5
    Node([10.0, 15.0], multiply)
    """
    x, y = broadcast("multiply", a, b)
    value = np.asarray(x.value * y.value)
    for count in counts.active():
        count.multiply_adds += value.size
    return graph.record(
        "multiply",
        value,
        entrywise(x, lambda t, out: t * y),
        entrywise(y, lambda t, out: t * x),
    )


def divide(a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return ``a / b``.

    Examples
    --------
    >>> 1 / graph.Node(4.0)
    Node(0.25, divide)
    """
    x, y = broadcast("divide", a, b)
    return graph.record(
        "divide",
        x.value / y.value,
        entrywise(x, lambda t, out: t / y),
        entrywise(y, lambda t, out: -t * out / y),
    )


def power(a: graph.Operand, b: graph.Operand) -> graph.Node:
    """Return ``a ** b``.

    Notes
    -----
    The derivatives are ``b * a**(b - 1)`` and ``a**b * log(a)``. A constant exponent
    has the first one only, so ``a`` may then be negative. The logarithm is taken as 0
    where ``a`` is 0, because ``0**b`` is 0 for every positive ``b``.

    Examples
    --------
    >>> 2 ** graph.Node(3.0)
    Node(8.0, power)
    """
    base, exponent = broadcast("power", a, b)
    return graph.record(
        "power",
        base.value**exponent.value,
        entrywise(base, lambda t, out: t * exponent * base ** _lowered(exponent)),
        entrywise(exponent, lambda t, out: t * out * log(_without_zeros(base))),
    )


def _lowered(exponent: graph.Node) -> graph.Node:
    if exponent.tracked:
        return exponent - 1
    # A constant exponent of 0 is a factor of the derivative, whatever the base: 0**-1
    # beside it would turn the 0 into a NaN.
    value = exponent.value
    return graph.constant(value - (value != 0).astype(value.dtype))


def _without_zeros(base: graph.Node) -> graph.Node:
    zeros = (base.value == 0).astype(base.dtype)
    return base + zeros if zeros.any() else base


def negate(a: graph.Operand) -> graph.Node:
    """Return ``-a``.

    Examples
    --------
    >>> -graph.Node(3.0)
    Node(-3.0, negate)
    """
    (x,) = graph.operands("negate", a)
    return graph.record("negate", -x.value, entrywise(x, lambda t, out: -t))


def exp(a: graph.Operand) -> graph.Node:
    """Return the exponential, which is its own derivative.

    Examples
    --------
    >>> exp(graph.Node(0.0))
    Node(1.0, exp)
    """
    (x,) = graph.operands("exp", a)
    return graph.record("exp", np.exp(x.value), entrywise(x, lambda t, out: t * out))


def log(a: graph.Operand) -> graph.Node:
    """Return the natural logarithm.

    Examples
    --------
    >>> log(graph.Node(1.0))
    Node(0.0, log)
    """
    (x,) = graph.operands("log", a)
    return graph.record("log", np.log(x.value), entrywise(x, lambda t, out: t / x))


def sqrt(a: graph.Operand) -> graph.Node:
    """Return the square root.

    Examples
    --------
    >>> sqrt(graph.Node(9.0))
    Node(3.0, sqrt)
    """
    (x,) = graph.operands("sqrt", a)
    return graph.record(
        "sqrt", np.sqrt(x.value), entrywise(x, lambda t, out: t / (2 * out))
    )


def tanh(a: graph.Operand) -> graph.Node:
    """Return the hyperbolic tangent; its derivative is ``1 - tanh**2``.

    Examples
    --------
    >>> tanh(graph.Node(0.0))
    Node(0.0, tanh)
    """
    (x,) = graph.operands("tanh", a)
    return graph.record(
        "tanh", np.tanh(x.value), entrywise(x, lambda t, out: t * (1 - out * out))
    )


def sigmoid(a: graph.Operand) -> graph.Node:
    """Return ``1 / (1 + exp(-a))`` without overflow.

    Notes
    -----
    The derivative ``sigmoid(a) * (1 - sigmoid(a))`` is computed as
    ``sigmoid(a) * sigmoid(-a)``, the same number without cancellation.

    Examples
    --------
    >>> sigmoid(graph.Node(0.0))
    Node(0.5, sigmoid)
    """
    (x,) = graph.operands("sigmoid", a)
    small = np.exp(-np.abs(x.value))
    value = np.where(x.value >= 0, np.ones_like(small), small) / (1 + small)
    return graph.record(
        "sigmoid", value, entrywise(x, lambda t, out: t * out * sigmoid(-x))
    )


def sin(a: graph.Operand) -> graph.Node:
    """Return the sine.

    Examples
    --------
    >>> sin(graph.Node(0.0))
    Node(0.0, sin)
    """
    (x,) = graph.operands("sin", a)
    return graph.record("sin", np.sin(x.value), entrywise(x, lambda t, out: t * cos(x)))


def cos(a: graph.Operand) -> graph.Node:
    """Return the cosine.

    Examples
    --------
    >>> cos(graph.Node(0.0))
    Node(1.0, cos)
    """
    (x,) = graph.operands("cos", a)
    return graph.record(
        "cos", np.cos(x.value), entrywise(x, lambda t, out: -t * sin(x))
    )
