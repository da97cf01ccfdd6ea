"""Tell whether a list of nodes is a topological order, or the one asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.checks.graphs.program import Program, Step
from grader.contract.messages import Array

Forward = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Disorder:
    """What is wrong with an order.

    Parameters
    ----------
    kind
        ``"missing"``, ``"twice"``, ``"before"`` or ``"other"``.
    nodes
        The nodes it is about; for ``"before"`` the one that comes too early and the
        operand it needs; for ``"other"`` the whole right order.
    """

    kind: str
    nodes: tuple[str, ...]


def named(program: Program, places: Array) -> list[str]:
    """Return the names behind places in the list of leaves and then steps.

    Whatever is no such place is left out: nobody can say what the student's process
    sends.
    """
    nodes = [*program.leaves, *(step.name for step in program.unrolled)]
    if places.dtype.kind not in "iu":
        return []
    return [nodes[int(one)] for one in places.ravel() if 0 <= one < len(nodes)]


def operands(program: Program) -> Forward:
    """Return what every leaf and step is computed from."""
    found: Forward = dict.fromkeys(program.leaves, ())
    for step in program.unrolled:
        found[step.name] = _named(step)
    return found


def _named(step: Step) -> tuple[str, ...]:
    return tuple(one for one in step.arguments if isinstance(one, str))


def post_order(program: Program) -> list[str]:
    """Return the nodes depth first, operands from left to right, each after them."""
    graph = operands(program)

    def visit(name: str, seen: set[str]) -> Iterator[str]:
        if name in seen:
            return
        seen.add(name)
        for operand in graph[name]:
            yield from visit(operand, seen)
        yield name

    return list(visit(program.output, set()))


def disorder(program: Program, order: Sequence[str], *, exact: bool) -> Disorder | None:
    """Say what is wrong with an order from the leaves to the output, if anything.

    Parameters
    ----------
    exact
        Only the post-order will do.
    """
    wanted = post_order(program)
    missing = tuple(name for name in wanted if name not in order)
    if missing:
        return Disorder("missing", missing)
    twice = tuple(name for name in wanted if order.count(name) > 1)
    if twice:
        return Disorder("twice", twice)
    graph = operands(program)
    for place, name in enumerate(order):
        for operand in graph[name]:
            if operand not in order[:place]:
                return Disorder("before", (name, operand))
    if exact and list(order) != wanted:
        return Disorder("other", tuple(wanted))
    return None
