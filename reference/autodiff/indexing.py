"""Reading entries by their place, and adding entries to a place."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from reference.autodiff import graph
from reference.errors import DtypeError
from reference.protocols import Array

Place = int | slice | EllipsisType | Array | None
Key = Place | tuple[Place, ...]


def index(a: graph.Operand, key: Key) -> graph.Node:
    """Return ``a[key]``: integers, slices, new axes, integer arrays or a mask.

    Examples
    --------
    >>> index(graph.Node(np.array([5.0, 7.0])), np.array([1, 1, 0]))
    Node([7.0, 7.0, 5.0], index)
    """
    (x,) = graph.operands("index", a)
    place = _frozen(key)
    return graph.record(
        "index",
        x.value[place],
        graph.Edge(
            x,
            push=lambda t, out: index(t, place),
            pull=lambda g, out: scatter(g, place, x.shape),
        ),
    )


def scatter(a: graph.Operand, key: Key, shape: tuple[int, ...]) -> graph.Node:
    """Return zeros of ``shape`` to which ``a`` is added at ``key``.

    An entry that is named twice receives both: this is the transpose of ``index``.

    Examples
    --------
    >>> scatter(graph.Node(np.array([1.0, 2.0, 4.0])), np.array([1, 1, 0]), (2,))
    Node([4.0, 3.0], scatter)
    """
    (x,) = graph.operands("scatter", a)
    place = _frozen(key)
    value = np.zeros(shape, dtype=x.dtype)
    np.add.at(value, place, x.value)
    return graph.record(
        "scatter",
        value,
        graph.Edge(
            x,
            push=lambda t, out: scatter(t, place, shape),
            pull=lambda g, out: index(g, place),
        ),
    )


def gather(a: graph.Operand, indices: Array, axis: int = -1) -> graph.Node:
    """Return along one axis the entries that integers of as many axes name.

    Notes
    -----
    As ``numpy.take_along_axis``: with ``axis`` 1, entry ``[i, j]`` is
    ``a[i, indices[i, j]]``.

    Examples
    --------
    >>> x = graph.Node(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> gather(x, np.array([[1], [0]]))
    Node([[2.0], [3.0]], index)
    """
    (x,) = graph.operands("gather", a)
    places: list[Any] = list(np.ogrid[tuple(map(slice, indices.shape))])
    places[axis] = indices
    return index(x, tuple(places))


def _frozen(key: Key) -> Any:
    """Return a key of our own, which the caller cannot write into any more."""
    if isinstance(key, tuple):
        return tuple(_frozen(part) for part in key)
    if isinstance(key, graph.Node | float | list):
        raise DtypeError(
            "index: key must be integers, slices, None or integer arrays, "
            f"got {type(key).__name__}"
        )
    return key.copy() if isinstance(key, np.ndarray) else key
