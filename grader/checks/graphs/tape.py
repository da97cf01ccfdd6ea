"""A plain engine on NumPy arrays whose parts can be exchanged for wrong ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.checks.graphs.program import GRADIENT, Pass, Program, Step, follow
from grader.checks.graphs.rules import (
    FORWARDS,
    PULLS,
    STRETCHING,
    Forward,
    Params,
    Pull,
    summed_to,
)
from grader.contract.messages import Array
from reference.operations.base import Arrays

MOST_VISITS = 2000
"""A walk along every path of a longer program would not end in time."""


class EndlessError(Exception):
    """The engine visits so many paths that it would not come back."""


@dataclass(eq=False, slots=True)
class Entry:
    """One value on the tape; a leaf has no operation."""

    value: Array
    operation: str = ""
    operands: Sequence[Any] = ()
    params: Params = field(default_factory=dict)

    @property
    def parents(self) -> list[Entry]:
        """Return the operands that are values of the graph, not plain numbers."""
        return [one for one in self.operands if isinstance(one, Entry)]

    @property
    def numbers(self) -> list[Any]:
        """Return the plain value of every operand."""
        return [one.value if isinstance(one, Entry) else one for one in self.operands]


Held = dict[Entry, Array]


def depth_first(output: Entry, *, mirrored: bool = False) -> list[Entry]:
    """Return what the output depends on, each after its operands, first operand first.

    With a stack of our own, so that a tape may be deeper than Python's recursion.

    Parameters
    ----------
    mirrored
        The last operand is followed first.
    """
    order: list[Entry] = []
    seen = {output}
    step = -1 if mirrored else 1
    stack = [(output, iter(output.parents[::step]))]
    while stack:
        entry, parents = stack[-1]
        parent = next((one for one in parents if one not in seen), None)
        if parent is None:
            order.append(entry)
            stack.pop()
        else:
            seen.add(parent)
            stack.append((parent, iter(parent.parents[::step])))
    return order


def by_users(output: Entry) -> list[Entry]:
    """Return the order of counted users: a node comes when all of them have come."""
    order: list[Entry] = []
    uses: dict[Entry, int] = {}
    for entry in depth_first(output):
        for parent in entry.parents:
            uses[parent] = uses.get(parent, 0) + 1
    ready = [output]
    while ready:
        entry = ready.pop()
        order.append(entry)
        for parent in entry.parents:
            uses[parent] -= 1
            if not uses[parent]:
                ready.append(parent)
    return order[::-1]


def add_up(pieces: Sequence[Array]) -> Array:
    """Return the sum of everything that reached a node."""
    return np.asarray(sum(pieces[1:], pieces[0]))


Pairs = list[tuple[Entry, Array]]


def in_order(
    engine: Engine,
    output: Entry,
    seed: Array,
    stale: Held,
    *,
    joined: Callable[[Pairs], Pairs | Held] = list,
) -> Held:
    """Go back once through every node, when everything has reached it.

    Parameters
    ----------
    stale
        What nodes still hold from an earlier pass.
    joined
        What becomes of the pieces that one operation hands back.
    """
    pieces: dict[Entry, list[Array]] = {entry: [g] for entry, g in stale.items()}
    pieces[output] = [seed]
    held: Held = {}
    for entry in reversed(engine.order(output)):
        if entry not in pieces:
            # Behind a detached value nothing arrives.
            continue
        held[entry] = engine.gather(pieces[entry])
        handed = joined(engine.pieces(entry, held[entry]))
        for parent, piece in handed.items() if isinstance(handed, dict) else handed:
            pieces.setdefault(parent, []).append(piece)
    return held


Walk = Callable[["Engine", Entry, Array, Held], Held]


@dataclass(frozen=True)
class Engine:
    """How programs are run; every part is right unless another one is given.

    Parameters
    ----------
    rewrite
        Maps an operation and its operands to the operands it really works on.
    gather
        Makes one gradient of all pieces that reached a node.
    start
        Maps the output and its upstream gradient to the one the walk begins with.
    inner_stay
        Whether nodes between keep their gradients for the next pass.
    leaves_add
        Whether passes add up in the leaves; as the program says if ``None``.
    """

    forwards: Mapping[str, Forward] = field(default_factory=lambda: FORWARDS)
    pulls: Mapping[str, Pull] = field(default_factory=lambda: PULLS)
    rewrite: Callable[[str, Sequence[Any]], Sequence[Any]] = lambda name, given: given
    summed: Callable[[Array, tuple[int, ...], str], Array] = summed_to
    gather: Callable[[Sequence[Array]], Array] = add_up
    order: Callable[[Entry], list[Entry]] = depth_first
    walk: Walk = in_order
    start: Callable[[Array, Array], Array] = lambda out, upstream: upstream
    inner_stay: bool = False
    leaves_add: bool | None = None

    def pieces(self, entry: Entry, g: Array) -> Pairs:
        """Return what each operand of an entry receives, in the operands' order."""
        if not entry.operation:
            return []
        pull = self.pulls[entry.operation]
        found = pull(g, entry.value, entry.numbers, entry.params)
        pairs = zip(entry.operands, found, strict=False)
        return [
            (parent, np.asarray(self._fitted(entry, parent, piece)))
            for parent, piece in pairs
            if isinstance(parent, Entry)
        ]

    def _fitted(self, entry: Entry, parent: Entry, piece: Array) -> Array:
        stretched = entry.operation in STRETCHING
        if not stretched or np.shape(piece) == parent.value.shape:
            return piece
        return self.summed(piece, parent.value.shape, entry.operation)

    def answer(self, program: Program, arrays: Arrays) -> dict[str, Array]:
        """Return the output and every gradient, as ``answers.answer`` does.

        A gradient that later steps compute with is a constant here: this engine does
        not differentiate twice.

        Raises
        ------
        EndlessError
            If a walk along every path would not end.
        ValueError, IndexError
            If shapes do not fit where a part is wrong.
        """
        leaves = {name: Entry(arrays[name]) for name in program.leaves}
        values = self._run(program, leaves, arrays)
        found = {"out": values[program.output].value}
        stale: Held = {}
        adds = program.accumulates if self.leaves_add is None else self.leaves_add
        for number, one in enumerate(program.passes):
            if one.rebuilt:
                values = self._run(program, leaves, arrays)
            output = values[one.output]
            held = self.walk(self, output, self._seed(one, output, arrays), stale)
            if self.inner_stay:
                stale = {
                    entry: g
                    for entry, g in held.items()
                    if entry.operation and entry is not output
                }
            for name in program.gradients:
                key = f"grad_{name}"
                got = held.get(leaves[name], np.zeros_like(arrays[name]))
                found[key] = found[key] + got if number and adds else got
        return found

    def _run(
        self, program: Program, leaves: Mapping[str, Entry], arrays: Arrays
    ) -> dict[str, Entry]:
        return follow(
            program.unrolled,
            leaves,
            lambda step, given: self._applied(step, given, arrays),
        )

    def _applied(self, step: Step, given: Sequence[Any], arrays: Arrays) -> Entry:
        if step.operation == GRADIENT:
            output, leaf = given
            one = Pass(str(step.arguments[0]), step.params["upstream"])
            held = self.walk(self, output, self._seed(one, output, arrays), {})
            return Entry(held[leaf])
        operands = self.rewrite(step.operation, given)
        entry = Entry(np.empty(0), step.operation, operands, step.params)
        forward = self.forwards[step.operation]
        entry.value = np.asarray(forward(entry.numbers, step.params))
        return entry

    def _seed(self, one: Pass, output: Entry, arrays: Arrays) -> Array:
        upstream = arrays[one.upstream] if one.upstream else np.ones(())
        return self.start(output.value, upstream)
