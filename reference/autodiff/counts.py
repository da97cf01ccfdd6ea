"""A count of the work: operations evaluated, nodes visited and edges touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from reference.autodiff import graph


@dataclass
class Counts:
    """What was done while it counted.

    Attributes
    ----------
    operations
        How often each operation was evaluated, by its name. The derivatives are made
        of operations too.
    multiply_adds
        Products of two numbers in ``multiply`` and ``matmul``.
    visited
        Nodes through which forward or reverse mode went, in this order.
    pushed, pulled
        Edges that forward and reverse mode touched, in this order.

    Examples
    --------
    >>> from reference.autodiff.graph import Node
    >>> with count_operations() as counts:
    ...     x = Node(3.0)
    ...     (x * x + 1).backward()
    >>> counts.operations["multiply"], len(counts.pulled), len(set(counts.pulled))
    (3, 3, 3)
    """

    operations: Counter[str] = field(default_factory=Counter)
    multiply_adds: int = 0
    visited: list[graph.Node] = field(default_factory=list)
    pushed: list[graph.Edge] = field(default_factory=list)
    pulled: list[graph.Edge] = field(default_factory=list)


_active: ContextVar[tuple[Counts, ...]] = ContextVar("active", default=())


@contextmanager
def count_operations() -> Iterator[Counts]:
    """Count the work that is done inside; counts may be nested.

    Examples
    --------
    >>> from reference.autodiff.graph import Node
    >>> with count_operations() as counts:
    ...     y = Node(np.ones((2, 3))) @ np.ones((3, 5))
    >>> counts.multiply_adds
    30
    """
    counts = Counts()
    before = _active.set((*_active.get(), counts))
    try:
        yield counts
    finally:
        _active.reset(before)


def active() -> tuple[Counts, ...]:
    """Return the counts that are open here, the outermost first.

    Examples
    --------
    >>> active()
    ()
    """
    return _active.get()
