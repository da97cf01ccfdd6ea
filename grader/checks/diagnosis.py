"""Name the known mistake that gives exactly this wrong answer, or nothing.

A hypothesis is accepted only if it reproduces the student's numbers on two inputs of
different shapes. Tried in order: the library of the operation, arrangements of the
right numbers, and named constant factors.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grader.checks.compare import Expected, Match, compare, largest
from grader.contract.messages import Array
from grader.report import Diagnosis
from reference import misconceptions
from reference.misconceptions import Misconception
from reference.operations.base import Operation

# How closely a hypothesis must reproduce the answer, on the scale of the quantity.
EXACT = 2.0**-27
EXACT_IN_SINGLE = 2.0**-15
# How far a hypothesis must be from the right answer to be worth naming.
VISIBLE = 2.0**6
# Two inputs of different shapes must agree before anything is claimed.
CONFIRMATIONS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One input, the right answer, and what the student's code answered."""

    operation: Operation
    arrays: Mapping[str, Array]
    right: Mapping[str, Expected]
    got: Mapping[str, Array]
    _mistaken: dict[int, Mapping[str, Array]] = field(default_factory=dict)

    def mistaken(self, number: int, entry: Misconception) -> Mapping[str, Array]:
        """Return what a known mistake answers here; asked once for all quantities."""
        if number not in self._mistaken:
            self._mistaken[number] = entry.wrong(self.operation, self.arrays)
        return self._mistaken[number]


def diagnose(
    sightings: Sequence[Sighting], quantity: str, *, factors: bool = True
) -> Diagnosis | None:
    """Name the mistake behind a wrong quantity, or return ``None``.

    Parameters
    ----------
    sightings
        Of different inputs; those without the quantity are left out.
    factors
        Whether constant factors make sense for this quantity.
    """
    seen = [sighting for sighting in sightings if quantity in sighting.got]
    if len(seen) < CONFIRMATIONS:
        return None
    if not all(sighting.got[quantity].dtype.kind in "fiu" for sighting in seen):
        return None
    with np.errstate(all="ignore"):
        closeness = _closeness(seen)
        found = _from_library(seen, quantity, closeness)
        if found is None:
            found = _from_arrangement(seen, quantity, closeness)
        if found is None and factors:
            found = _from_factor(seen, quantity, closeness)
    return found


def _closeness(seen: Sequence[Sighting]) -> float:
    """Return how exact a match must be; less if the student's code uses float32."""
    for sighting in seen:
        for name, expected in sighting.right.items():
            got = sighting.got.get(name)
            if got is None:
                continue
            if got.dtype.itemsize < 8 and got.dtype.kind == "f":
                return EXACT_IN_SINGLE
            if compare(expected, got).match is Match.SINGLE:
                return EXACT_IN_SINGLE
    return EXACT


def _matches(got: Array, wrong: Array, kappa: float, closeness: float) -> bool:
    """Tell whether numbers agree; infinities and NaN must be the same, in place."""
    if got.shape != wrong.shape:
        return False
    finite = np.isfinite(wrong)
    if not np.array_equal(got[~finite], wrong[~finite], equal_nan=True):
        return False
    scale = max(kappa, largest(wrong[finite]))
    return largest(got[finite] - wrong[finite]) <= closeness * scale


def _is_visible(wrong: Array, expected: Expected, closeness: float) -> bool:
    right = expected.value
    if wrong.shape != right.shape or not np.isfinite(wrong).all():
        return True
    scale = max(expected.kappa, largest(wrong))
    return largest(wrong - right) > VISIBLE * closeness * scale


def _from_library(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return the entry that explains the most and contradicts the least."""
    best: tuple[tuple[int, int], Diagnosis] | None = None
    entries = misconceptions.for_operation(seen[0].operation.name)
    for number, entry in enumerate(entries):
        answers = [one.mistaken(number, entry) for one in seen]
        if not _explains(answers, seen, quantity, closeness):
            continue
        claims = {name for answer in answers for name in answer}
        held = sum(_explains(answers, seen, name, closeness) for name in claims)
        rank = (held - len(claims), held)
        if best is None or rank > best[0]:
            best = (rank, Diagnosis(entry.id, entry.title, entry.hint))
    return None if best is None else best[1]


def _explains(
    answers: Sequence[Mapping[str, Array]],
    seen: Sequence[Sighting],
    quantity: str,
    closeness: float,
) -> bool:
    visible = False
    for answer, sighting in zip(answers, seen, strict=True):
        if quantity not in answer or quantity not in sighting.got:
            return False
        wrong, expected = np.asarray(answer[quantity]), sighting.right[quantity]
        if not _matches(sighting.got[quantity], wrong, expected.kappa, closeness):
            return False
        visible = visible or _is_visible(wrong, expected, closeness)
    return visible


def _zeros(right: Array) -> Array:
    return np.zeros_like(right)


def _kept_axis(right: Array) -> Array:
    return right[np.newaxis]


def _column(right: Array) -> Array:
    return right[..., np.newaxis]


@dataclass(frozen=True, slots=True)
class _Arrangement:
    diagnosis: Diagnosis
    rearrange: Callable[[Array], Array]


ARRANGEMENTS = (
    _Arrangement(
        Diagnosis(
            "zeros",
            "all entries are zero",
            "Is the result ever written to the place where it is read?",
        ),
        _zeros,
    ),
    _Arrangement(
        Diagnosis(
            "transposed",
            "right numbers, rows and columns exchanged",
            "Write the shape under every factor of your product.",
        ),
        np.transpose,
    ),
    _Arrangement(
        Diagnosis(
            "kept-axis",
            "right numbers with an extra axis of length 1 in front",
            "Which shape does the array have that this belongs to?",
        ),
        _kept_axis,
    ),
    _Arrangement(
        Diagnosis(
            "column",
            "right numbers with an extra axis of length 1 at the end",
            "Which shape does the array have that this belongs to?",
        ),
        _column,
    ),
)


def _from_arrangement(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    for candidate in ARRANGEMENTS:
        answers = [
            {quantity: candidate.rearrange(sighting.right[quantity].value)}
            for sighting in seen
        ]
        if _explains(answers, seen, quantity, closeness):
            return candidate.diagnosis
    return None


def _from_factor(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return the constant, with a name, by which the answer is off everywhere."""
    for name, hint in FACTORS.items():
        answers = []
        for sighting in seen:
            factor = dict(_factors(sighting.arrays)).get(name)
            if factor is None:
                break
            answers.append({quantity: factor * sighting.right[quantity].value})
        if len(answers) == len(seen) and _explains(answers, seen, quantity, closeness):
            title = f"right up to the factor {name}"
            return Diagnosis(f"factor {name}", title, hint)
    return None


_COUNT_HINT = "N is the size of the batch: how often does your code divide by it?"
_WIDTH_HINT = "What is averaged here: examples, or entries of an example?"
FACTORS: Mapping[str, str] = {
    "-1": "Which way is uphill, and which sign does the definition have?",
    "2": "Differentiate your own line, its constants included.",
    "1/2": "Differentiate your own line, its constants included.",
    "N": _COUNT_HINT,
    "1/N": _COUNT_HINT,
    "-N": _COUNT_HINT,
    "-1/N": _COUNT_HINT,
    "1/N^2": _COUNT_HINT,
    "2/N": _COUNT_HINT,
    "N/(N-1)": "Try a batch of one: what does your code divide by?",
    "D": _WIDTH_HINT,
    "1/D": _WIDTH_HINT,
    "M": _WIDTH_HINT,
    "1/M": _WIDTH_HINT,
    "N*D": _WIDTH_HINT,
    "1/(N*D)": _WIDTH_HINT,
    "N*M": _WIDTH_HINT,
    "1/(N*M)": _WIDTH_HINT,
}
"""Named constants and the question to ask about each. N is the size of the batch, D
the width of the input, M the width of the output."""


def _factors(arrays: Mapping[str, Array]) -> Iterator[tuple[str, float]]:
    yield from (("-1", -1.0), ("2", 2.0), ("1/2", 0.5))
    first = next(iter(arrays.values()))
    count = first.shape[0] if first.ndim else 1
    yield from (
        ("N", count),
        ("1/N", 1 / count),
        ("-N", -count),
        ("-1/N", -1 / count),
        ("1/N^2", count**-2),
        ("2/N", 2 / count),
    )
    if count > 1:
        yield "N/(N-1)", count / (count - 1)
    widths = {"D": first.shape[-1] if first.ndim > 1 else 1}
    upstream = arrays.get("grad_out")
    if upstream is not None and upstream.ndim > 1:
        widths["M"] = upstream.shape[-1]
    for name, width in widths.items():
        yield name, width
        yield f"1/{name}", 1 / width
        yield f"N*{name}", count * width
        yield f"1/(N*{name})", 1 / (count * width)
