"""Wrong ways back through a graph: too often, too early, or into a shared array."""

from collections import deque

from grader.checks.graphs.tape import (
    MOST_VISITS,
    EndlessError,
    Engine,
    Entry,
    Held,
)
from grader.contract.messages import Array


def every_path(
    engine: Engine, output: Entry, seed: Array, stale: Held, *, whole: bool
) -> Held:
    """Call an operand for every piece; it passes on the piece, or all it holds."""
    held: Held = dict(stale)
    visits = 0
    waiting = [(output, seed)]
    while waiting:
        entry, piece = waiting.pop()
        visits += 1
        if visits > MOST_VISITS:
            raise EndlessError
        held[entry] = held[entry] + piece if entry in held else piece
        passed = held[entry] if whole else piece
        waiting += reversed(engine.pieces(entry, passed))
    return held


def pushed_again(engine: Engine, output: Entry, seed: Array, stale: Held) -> Held:
    """Hand the pieces to all operands, then call each of them once for every edge."""
    held: Held = {**stale, output: seed}
    visits = 0
    waiting = [output]
    while waiting:
        entry = waiting.pop()
        visits += 1
        if visits > MOST_VISITS:
            raise EndlessError
        handed = engine.pieces(entry, held[entry])
        for parent, piece in handed:
            held[parent] = held[parent] + piece if parent in held else piece
        waiting += [parent for parent, _ in reversed(handed)]
    return held


def each_once(
    engine: Engine,
    output: Entry,
    seed: Array,
    stale: Held,
    *,
    deep: bool,
    closed: bool = False,
) -> Held:
    """Visit a node when its first piece arrives; later ones are not passed on.

    Parameters
    ----------
    closed
        Later pieces are lost for the node itself as well.
    """
    held: Held = {**stale, output: seed}
    met = {output}
    visited: set[Entry] = set()
    waiting = deque([output])
    while waiting:
        entry = waiting.pop() if deep else waiting.popleft()
        visited.add(entry)
        fresh = []
        for parent, piece in engine.pieces(entry, held[entry]):
            if not (closed and parent in visited):
                held[parent] = held[parent] + piece if parent in held else piece
            if parent not in met:
                met.add(parent)
                fresh.append(parent)
        waiting += reversed(fresh) if deep else fresh
    return held


def shared_arrays(
    engine: Engine, output: Entry, seed: Array, stale: Held, *, anew: bool
) -> Held:
    """Keep the first piece as it is and add the others to it in place.

    Parameters
    ----------
    anew
        The piece for the second operand is computed after the first one was added,
        which may have changed the gradient they are computed from.
    """
    held: Held = {**stale, output: seed.copy()}
    for entry in reversed(engine.order(output)):
        if entry not in held:
            continue
        handed = engine.pieces(entry, held[entry])
        for place, (parent, early) in enumerate(handed):
            late = engine.pieces(entry, held[entry])[place][1]
            _add_in_place(held, parent, late if anew else early)
    return held


def _add_in_place(held: Held, parent: Entry, piece: Array) -> None:
    if parent not in held:
        held[parent] = piece
    elif held[parent].shape == piece.shape and held[parent].flags.writeable:
        held[parent] += piece
    else:
        held[parent] = held[parent] + piece
