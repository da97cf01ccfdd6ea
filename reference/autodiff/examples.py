"""The graphs of the lectures, as functions of nodes."""

from __future__ import annotations

from collections.abc import Callable

from reference.autodiff.elementwise import cos, exp, sigmoid
from reference.autodiff.graph import Node


def sum_times_increment(a: Node, b: Node) -> Node:
    """Return ``c * d`` with ``c = a + b`` and ``d = b + 1`` (McGill COMP 451).

    Examples
    --------
    >>> sum_times_increment(Node(2.0), Node(1.0)).value.item()
    6.0
    """
    c = a + b
    d = b + 1
    return c * d


def path_factoring(a: Node, b: Node, g: Node, d: Node, e: Node, z: Node) -> Node:
    """Return ``(a + b + g) * (d + e + z)``: nine products of two (McGill COMP 451).

    Examples
    --------
    >>> path_factoring(*map(Node, (1.0, 2.0, 3.0, 4.0, 5.0, 6.0))).value.item()
    90.0
    """
    return (a + b + g) * (d + e + z)


def exponential(x: Node, y: Node) -> Node:
    """Return ``y + exp(x * y)`` (Toronto CSC 311).

    Examples
    --------
    >>> exponential(Node(0.0), Node(2.0)).value.item()
    3.0
    """
    return y + exp(x * y)


def exponential_of_time(t: Node) -> Node:
    """Return ``y + exp(x * y)`` with ``x = cos(t)`` and ``y = t**2`` (CSC 311).

    Examples
    --------
    >>> exponential_of_time(Node(0.0)).value.item()
    1.0
    """
    return exponential(cos(t), t**2)


def logistic_least_squares(w: Node, b: Node, x: Node, t: Node) -> Node:
    """Return ``(y - t)**2 / 2`` with ``y = sigmoid(w * x + b)`` (Toronto CSC 311).

    Examples
    --------
    >>> logistic_least_squares(*map(Node, (0.0, 0.0, 5.0, 1.0))).value.item()
    0.125
    """
    y = sigmoid(w * x + b)
    return 0.5 * (y - t) ** 2


def square(x: Node) -> Node:
    """Return ``x * x``: one node that is both operands.

    Examples
    --------
    >>> square(Node(3.0)).value.item()
    9.0
    """
    return x * x


def cube(x: Node) -> Node:
    """Return ``x * x * x``: one node that is used three times.

    Examples
    --------
    >>> cube(Node(3.0)).value.item()
    27.0
    """
    return x * x * x


def diamond(x: Node, y: Node) -> Node:
    """Return ``(u + x) * (u * y)`` with ``u = x * y``: two ways lead through ``u``.

    Examples
    --------
    >>> diamond(Node(2.0), Node(3.0)).value.item()
    144.0
    """
    u = x * y
    return (u + x) * (u * y)


def doublings(x: Node) -> Node:
    """Return ``2**24 * x`` by 24 times ``y = y + y``: 48 edges and ``2**24`` paths.

    Examples
    --------
    >>> doublings(Node(1.0)).value.item() == 2**24
    True
    """
    y = x
    for _ in range(24):
        y = y + y
    return y


EXAMPLES: dict[str, Callable[..., Node]] = {
    function.__name__: function
    for function in (
        sum_times_increment,
        path_factoring,
        exponential,
        exponential_of_time,
        logistic_least_squares,
        square,
        cube,
        diamond,
        doublings,
    )
}
"""Each graph by its name."""
