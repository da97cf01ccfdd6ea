"""The right numbers, elsewhere: axes exchanged, reversed, shifted, added or lost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations

import numpy as np

from grader.checks.sightings import Arrays, Sighting, replayed
from grader.contract.messages import Array
from grader.report import Diagnosis

# Beyond four axes there are too many orders, and nothing in the library has more.
MOST_AXES = 4
_SHAPE_HINT = "Which shape does the array have that this belongs to?"
_AXES_HINT = (
    "Write beside your array what each of its axes counts, and do the same for the "
    "array that this belongs to."
)
_REVERSED_HINT = (
    "Follow one index from the beginning to the end of your loop or slice. In which "
    "direction does the other array run?"
)
_SHIFTED_HINT = (
    "Take the first index and work out by hand which entry your line reads there."
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write the right numbers down.

    Parameters
    ----------
    rearrange
        Makes the wrong array from the right one; ``None`` where that cannot be.
    """

    diagnosis: Diagnosis
    rearrange: Callable[[Array], Array | None]


def from_layout(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return how the right numbers were rearranged."""
    for layout in _layouts(seen[0].right[quantity].value.ndim):
        ask = partial(_rearranged, layout, quantity)
        if replayed(ask, seen, quantity, closeness) is not None:
            return layout.diagnosis
    return _from_shape(seen, quantity, closeness)


def _rearranged(layout: Layout, quantity: str, one: Sighting) -> Arrays:
    found = layout.rearrange(one.right[quantity].value)
    return {} if found is None else {quantity: found}


def _reshaped(quantity: str, one: Sighting) -> Arrays:
    right, got = one.right[quantity].value, one.got[quantity]
    fits = right.size == got.size and right.shape != got.shape
    return {quantity: right.reshape(got.shape)} if fits else {}


def _layouts(ndim: int) -> Iterator[Layout]:
    yield from SIMPLE
    if 2 < ndim <= MOST_AXES:
        yield from _permuted(ndim)
    if 1 <= ndim <= MOST_AXES:
        yield from _reversed(ndim)
        yield from _shifted(ndim)


SIMPLE = (
    Layout(
        Diagnosis(
            "zeros",
            "all entries are zero",
            "Is the result ever written to the place where it is read?",
        ),
        np.zeros_like,
    ),
    Layout(
        Diagnosis(
            "transposed",
            "right numbers, rows and columns exchanged",
            "Write the shape under every factor of your product.",
        ),
        lambda right: right.T if right.ndim == 2 else None,
    ),
    Layout(
        Diagnosis(
            "kept-axis",
            "right numbers with an extra axis of length 1 in front",
            _SHAPE_HINT,
        ),
        lambda right: right[np.newaxis],
    ),
    Layout(
        Diagnosis(
            "column",
            "right numbers with an extra axis of length 1 at the end",
            _SHAPE_HINT,
        ),
        lambda right: right[..., np.newaxis],
    ),
)


def _permuted(ndim: int) -> Iterator[Layout]:
    for order in permutations(range(ndim)):
        if order != tuple(range(ndim)):
            title = f"right numbers, axes in the order {order}"
            yield Layout(Diagnosis("axes", title, _AXES_HINT), _transposing(order))


def _transposing(order: tuple[int, ...]) -> Callable[[Array], Array]:
    return lambda right: np.transpose(right, order)


def _reversed(ndim: int) -> Iterator[Layout]:
    for count in range(1, ndim + 1):
        for axes in combinations(range(ndim), count):
            title = f"right numbers, reversed along {_axes(axes)}"
            found = Diagnosis("reversed", title, _REVERSED_HINT)
            yield Layout(found, _flipping(axes))


def _flipping(axes: tuple[int, ...]) -> Callable[[Array], Array]:
    return lambda right: np.flip(right, axes)


def _shifted(ndim: int) -> Iterator[Layout]:
    for axis in range(ndim):
        for step, word in ((1, "later"), (-1, "earlier")):
            title = f"right numbers, one place {word} along {_axes((axis,))}"
            found = Diagnosis("shifted", title, _SHIFTED_HINT)
            yield Layout(found, _rolling(axis, step, is_round=True))
            yield Layout(found, _rolling(axis, step, is_round=False))


def _rolling(axis: int, step: int, *, is_round: bool) -> Callable[[Array], Array]:
    """Return what shifts an array; what falls off comes back in, or zeros do."""

    def shift(right: Array) -> Array:
        rolled = np.roll(right, step, axis)
        if not is_round:
            edge = 0 if step > 0 else -1
            rolled[(slice(None),) * axis + (edge,)] = 0
        return rolled

    return shift


def _axes(axes: tuple[int, ...]) -> str:
    names = ", ".join(str(axis) for axis in axes)
    return f"axis {names}" if len(axes) == 1 else f"the axes {names}"


def _from_shape(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Say that all numbers are there, in their order, under another shape."""
    if replayed(partial(_reshaped, quantity), seen, quantity, closeness) is None:
        return None
    return Diagnosis("shape", "right numbers in another shape", _SHAPE_HINT)
