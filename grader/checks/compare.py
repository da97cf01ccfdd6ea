"""Compare an answer with the reference in conditioned units in the last place.

The distance is ``max|got - expected| / (u * kappa)`` with u the unit roundoff of double
precision. kappa says how far this very quantity moves when every input changes in its
last digit: it keeps cancelling gradients honest, where a relative error would fail
right code. Three bands: up to ``DOUBLE_BOUND`` it is right, up to ``SINGLE_BOUND`` it
is right but was computed in single precision, beyond that it is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from grader.contract.messages import Array
from reference.operations.base import Operation

UNIT = 2.0**-53
DOUBLE_BOUND = 2.0**20
SINGLE_BOUND = 2.0**38
JITTER = 2.0**-26
JITTERS = 3
# A gradient below this share of the others is zero by nature: its terms cancel.
# Rounding leaves something of their size, so it is judged on a share of their scale.
CANCELLED = 2.0**-20
BORROWED = 2.0**-4

Index = tuple[int, ...]


class Match(StrEnum):
    """How an array relates to the right one."""

    SAME = "same"
    SINGLE = "single precision"
    WRONG = "wrong"
    SHAPE = "shape"
    NOT_FINITE = "not finite"
    NOT_REAL = "not real"


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """The right value of one quantity and the scale on which it can be known."""

    value: Array
    kappa: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What was found when one array was compared.

    Parameters
    ----------
    distance
        In conditioned ulps; infinite when the arrays cannot be subtracted.
    wrong
        Mask of the entries beyond the bound; empty when the shapes differ.
    worst
        Index of the entry that is furthest off.
    """

    match: Match
    expected: Array
    got: Array
    distance: float
    wrong: Array
    worst: Index | None = None

    @property
    def is_right(self) -> bool:
        """Tell whether the answer may pass, in whatever precision."""
        return self.match in (Match.SAME, Match.SINGLE)


def reference_answer(
    operation: Operation, arrays: Mapping[str, Array], rng: np.random.Generator
) -> dict[str, Expected]:
    """Return what the reference answers, with the scale of each quantity."""
    right = operation.answer(arrays)
    kappas = {name: largest(value) for name, value in right.items()}
    for number in range(JITTERS):
        # Once with as many signs of either kind as can be: of three entries all would
        # else move together in one draw of four, and what their differences do is lost.
        moved = operation.answer(jittered(arrays, rng, JITTER, balanced=number == 0))
        for name, value in right.items():
            change = largest(moved[name] - value) / JITTER
            kappas[name] = max(kappas[name], change)
    most = max(
        (kappas[name] for name in operation.gradients if name in kappas), default=0
    )
    for name in operation.gradients:
        if name in kappas and kappas[name] < CANCELLED * most:
            kappas[name] = BORROWED * most
    return {name: Expected(value, kappas[name]) for name, value in right.items()}


def jittered(
    arrays: Mapping[str, Array],
    rng: np.random.Generator,
    size: float,
    *,
    balanced: bool = False,
) -> dict[str, Array]:
    """Return arrays whose real entries are changed by a share of +-``size``.

    Parameters
    ----------
    balanced
        Whether half of each array's entries get either sign.
    """
    return {
        name: value * (1 + size * _signs(rng, value.shape, balanced=balanced))
        if value.dtype.kind == "f"
        else value
        for name, value in arrays.items()
    }


def _signs(rng: np.random.Generator, shape: Index, *, balanced: bool) -> Array:
    if not balanced:
        return rng.choice([-1.0, 1.0], shape)
    return rng.permuted(np.resize([-1.0, 1.0], shape).reshape(-1)).reshape(shape)


def largest(value: Array) -> float:
    """Return the largest magnitude in an array, 0 for an empty one."""
    return float(np.max(np.abs(value), initial=0.0))


def compare(expected: Expected, got: Array) -> Comparison:
    """Compare an answer with the reference; no shape but the right one will do."""
    value = expected.value
    nothing = np.zeros(0, dtype=bool)
    if got.dtype.kind not in "fiub":
        return Comparison(Match.NOT_REAL, value, got, np.inf, nothing)
    if got.shape != value.shape:
        return Comparison(Match.SHAPE, value, got, np.inf, nothing)
    got = got.astype(np.float64)
    finite = np.isfinite(got)
    if not finite.all():
        worst = _first(~finite)
        return Comparison(Match.NOT_FINITE, value, got, np.inf, ~finite, worst)
    error = np.abs(got - value)
    # The smallest normal number stands in for a scale of zero, where only 0 is right.
    unit = max(UNIT * expected.kappa, np.finfo(np.float64).tiny)
    distance = largest(error) / unit
    if distance <= DOUBLE_BOUND:
        match = Match.SAME
    elif distance <= SINGLE_BOUND:
        match = Match.SINGLE
    else:
        match = Match.WRONG
    bound = DOUBLE_BOUND if match is Match.SAME else SINGLE_BOUND
    furthest = _place(int(np.argmax(error)), error.shape) if error.size else None
    return Comparison(match, value, got, distance, error > bound * unit, furthest)


def _first(mask: Array) -> Index:
    return _place(int(np.argmax(mask)), mask.shape)


def _place(flat: int, shape: Index) -> Index:
    return tuple(int(part) for part in np.unravel_index(flat, shape))
