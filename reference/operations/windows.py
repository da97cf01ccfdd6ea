"""What the operations with windows share: sizes of drawn arrays, and relations."""

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from typing import Any

import numpy as np

from reference.operations.base import Array, Arrays
from reference.operations.relations import FACTOR, Relation
from reference.windows import Place, Sizes, Windows

Length = Callable[[int], int]


def first_free(taken: Collection[int], candidates: Iterable[int]) -> int:
    """Return the first candidate that is not taken."""
    return next(length for length in candidates if length not in taken)


def drawn_sides(
    results: Sequence[Length], taken: tuple[Sizes, Sizes]
) -> tuple[Sizes, Sizes]:
    """Return the least lengths of an image such that no array has two axes of one.

    Parameters
    ----------
    results
        For each axis, maps the length of the image to that of the output; to less than
        2 where there must be no such image.
    taken
        Lengths of the other axes of the image and of the output.

    Returns
    -------
    tuple
        Lengths of the image and of the output along each axis.
    """
    sides, outputs = taken
    for result in results:
        side = next(
            side
            for side in count(2)
            if side not in sides and result(side) not in (0, 1, *outputs)
        )
        sides, outputs = (*sides, side), (*outputs, result(side))
    return sides[len(taken[0]) :], outputs[len(taken[1]) :]


def window_counts(windows: Windows, *, tiled: bool) -> list[Length]:
    """Return what maps the length of an image to the number of windows, by axis.

    It is 0 where the windows end otherwise than they shall: where the image does if
    ``tiled``, and as far from there as they can if not.
    """

    def along(axis: int) -> Length:
        stride, edges = windows.stride[axis], sum(windows.padding[axis])
        left_over = 0 if tiled else stride - 1

        def result(side: int) -> int:
            room = side + edges - windows.spans[axis]
            if room < 0 or room % stride != left_over:
                return 0
            return windows.counts((side,) * len(windows.stride))[axis]

        return result

    return [along(axis) for axis in range(len(windows.stride))]


def named_sizes(name: str, values: Sizes) -> dict[str, Any]:
    """Return a size under its name: one number if all axes agree, else a list.

    For images each axis has a name of its own as well.
    """
    agreed = len(set(values)) == 1
    named: dict[str, Any] = {name: values[0] if agreed else list(values)}
    if len(values) == 2:
        named[f"{name}_height"], named[f"{name}_width"] = values
    return named


def linear_in_input(zero: Sequence[str] = ()) -> Relation:
    """Return that ``out`` is linear in ``x``.

    Parameters
    ----------
    zero
        Names of the arrays that are set to zero for it, such as a bias.
    """

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        cleared = {name: np.zeros_like(arrays[name]) for name in zero}
        one, other = arrays["x"], rng.permuted(arrays["x"])
        return [
            {**arrays, **cleared, "x": x} for x in (one, other, FACTOR * one + other)
        ]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        one, other, both = (answer["out"] for answer in found)
        return {"out": (FACTOR * one + other, both)}

    sentence = "The output is linear in the input"
    if zero:
        sentence += f" where {' and '.join(zero)} is zero"
    return Relation("linear_in_input", f"{sentence}.", questions, pairs)


def translated(steps: Sizes, moves: Sizes) -> Relation:
    """Return that the output moves with the image, if nothing is pushed out of it.

    Parameters
    ----------
    steps
        How far the image is moved along each axis; so many of its last rows are zero.
    moves
        How far the output then moves.
    """
    axes = tuple(range(-len(steps), 0))

    def questions(rng: np.random.Generator, arrays: Arrays) -> list[dict[str, Array]]:
        x = arrays["x"].copy()
        for axis, step in zip(axes, steps, strict=True):
            np.moveaxis(x, axis, 0)[-step:] = 0.0
        return [{**arrays, "x": x}, {**arrays, "x": np.roll(x, steps, axes)}]

    def pairs(
        asked: Sequence[Arrays], found: Sequence[Arrays]
    ) -> dict[str, tuple[Array, Array]]:
        first, second = (answer["out"] for answer in found)
        kept: Place = (..., *(slice(None, -move) for move in moves))
        arrived: Place = (..., *(slice(move, None) for move in moves))
        return {"out": (first[kept], second[arrived])}

    return Relation(
        "translated",
        "Moving an image whose last rows are zero moves the output.",
        questions,
        pairs,
    )
