"""Known mistakes of single operations, made inside a network.

A network is a chain of operations of this package. Any entry of their own libraries
may be put into one link or into all links of a kind, and everything that follows from
it is computed: outputs behind it, gradients in front of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from reference.errors import ReferenceUseError
from reference.misconceptions.base import Wrong
from reference.misconceptions.changes import differing
from reference.operations.base import Array, Arrays, Operation

REMEMBERED = 4


@dataclass(frozen=True, eq=False)
class Link:
    """One operation of a network.

    Parameters
    ----------
    kind
        What it is, such as ``"layer"``; mistakes are put into all of a kind or into
        one, by its number among them.
    held
        Its own name of each parameter and the name that the network has for it.
    """

    kind: str
    operation: Operation
    held: Mapping[str, str]

    def received(self, value: Array, arrays: Arrays) -> Arrays:
        """Return the arrays of the link, its parameters out of those of the network."""
        return {"x": value, **{own: arrays[name] for own, name in self.held.items()}}


@dataclass(frozen=True, eq=False)
class Chain:
    """The operations of a network in order.

    Parameters
    ----------
    loss
        At the end, if there is one, with the name of what it compares with.
    """

    links: tuple[Link, ...]
    loss: Operation | None = None
    targets: str = ""

    @property
    def end(self) -> int:
        """Return the position of the loss."""
        return len(self.links)

    def places(self, kind: str) -> list[int]:
        """Return the positions of all links of a kind, which may be ``"loss"``."""
        if kind == "loss":
            return [self.end]
        return [at for at, link in enumerate(self.links) if link.kind == kind]

    def operation(self, place: int) -> Operation:
        """Return the operation at a position."""
        if place < self.end:
            return self.links[place].operation
        assert self.loss is not None  # noqa: S101 - no other position is asked for
        return self.loss


Build = Callable[[Operation], Chain]
Changes = Mapping[int, Wrong]


@dataclass(frozen=True, eq=False)
class Run:
    """A chain that was gone through.

    Parameters
    ----------
    received
        By position, without upstream gradients.
    value
        What the last link gives.
    upstreams
        By position; empty before backward.
    """

    received: tuple[Arrays, ...]
    value: Array
    upstreams: Mapping[int, Array]
    found: Mapping[str, Array]


class _Same:
    """Arrays compared by identity, to remember what was computed for them."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self._key = tuple((name, id(array)) for name, array in arrays.items())

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._key == other._key


@lru_cache(maxsize=REMEMBERED)
def _right(chain: Chain, same: _Same) -> Run:
    """Return the right run; all mistakes about the same inputs start from it."""
    received: list[Arrays] = []
    value = same.arrays["x"]
    for link in chain.links:
        received.append(link.received(value, same.arrays))
        value = link.operation.answer(received[-1])["out"]
    forward = Run(tuple(received), value, {}, {})
    return _backward(chain, same.arrays, {}, forward)


def _changed(chain: Chain, arrays: Arrays, changes: Changes, right: Run) -> Run:
    """Go through a chain in which some links are wrong."""
    forward = _forward(chain, arrays, changes, right)
    if forward is not None:
        return _backward(chain, arrays, changes, forward)
    return _backward(chain, arrays, changes, right, max(changes))


def _forward(chain: Chain, arrays: Arrays, changes: Changes, right: Run) -> Run | None:
    """Return the forward of the wrong chain, ``None`` if it is the right one."""
    value: Array | None = None
    received: list[Arrays] = []
    for at, link in enumerate(chain.links):
        own = right.received[at] if value is None else link.received(value, arrays)
        received.append(own)
        wrong = changes[at](link.operation, own).get("out") if at in changes else None
        if wrong is not None:
            value = wrong
        elif value is not None:
            value = link.operation.answer(own)["out"]
    return None if value is None else Run(tuple(received), value, {}, {})


def _backward(
    chain: Chain,
    arrays: Arrays,
    changes: Changes,
    run: Run,
    start: int | None = None,
) -> Run:
    """Return the whole run from its forward.

    Parameters
    ----------
    start
        Position from which backward is gone through again; from the end if ``None``.
    """
    start = chain.end if start is None else start
    found, upstreams = dict(run.found), dict(run.upstreams)
    if start == chain.end:
        found |= _at_the_end(chain, arrays, changes, run)
        upstream = found.pop("upstream", None)
        start -= 1
    else:
        upstream = upstreams.get(start)
    for at in range(start, -1, -1):
        if upstream is None:
            break
        link = chain.links[at]
        upstreams[at] = upstream
        own = {**run.received[at], "grad_out": upstream}
        answer = _behind(link.operation, own, changes.get(at))
        for name, outside in link.held.items():
            found[f"grad_{outside}"] = answer[f"grad_{name}"]
        upstream = found["grad_x"] = answer["grad_x"]
    return Run(run.received, run.value, upstreams, found)


def _at_the_end(
    chain: Chain, arrays: Arrays, changes: Changes, run: Run
) -> dict[str, Array]:
    """Return what the chain gives, and ``upstream`` if there is one."""
    if chain.loss is None:
        given = {"upstream": arrays["grad_out"]} if "grad_out" in arrays else {}
        return {"out": run.value, **given}
    predictions, compared = chain.loss.inputs
    own = {predictions: run.value, compared: arrays[chain.targets]}
    answer = _answer(chain.loss, own, changes.get(chain.end))
    (gradient,) = chain.loss.gradients
    return {"loss": answer["loss"], "upstream": answer[gradient]}


def _answer(operation: Operation, arrays: Arrays, wrong: Wrong | None) -> Arrays:
    answer = operation.answer(arrays)
    return answer if wrong is None else {**answer, **wrong(operation, arrays)}


def right_run(chain: Chain, arrays: Arrays) -> Run:
    """Return what every link receives and every gradient, remembered for a while."""
    return _right(chain, _Same(arrays))


def _behind(operation: Operation, arrays: Arrays, wrong: Wrong | None) -> Arrays:
    """Return the gradients of one link.

    Where the upstream gradient is not a number at all, nor are they: every sum over the
    batch meets one. The reference does not take such a gradient.
    """
    if np.isfinite(arrays["grad_out"]).all():
        return _answer(operation, arrays, wrong)
    return {
        gradient: np.full_like(arrays[name], np.nan)
        for gradient, name in operation.gradients.items()
    }


def with_changes(build: Build, changes: Callable[[Chain], Changes]) -> Wrong:
    """Return what a network answers some of whose links are wrong.

    Parameters
    ----------
    build
        Makes the chain for the network's operation, the same one each time.
    changes
        Maps positions to what is wrong there; nothing where it cannot be made.
    """

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        chain = build(operation)
        made = changes(chain)
        if not made:
            return {}
        right = right_run(chain, arrays)
        try:
            with np.errstate(all="ignore"):
                run = _changed(chain, arrays, made, right)
        except (ReferenceUseError, ValueError, IndexError):
            return {}  # the next link does not take what this one gives
        return differing(right.found, run.found, operation.quantities)

    return wrong
