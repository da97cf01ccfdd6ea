"""The right answer times one constant that has a name."""

import math
import re
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from grader.checks.compare import largest
from grader.checks.sightings import Arrays, Sighting, replayed
from grader.report import Diagnosis

COUNT_HINT = "N is the size of the batch: how often does your code divide by it?"
WIDTH_HINT = "What is averaged here: examples, or entries of an example?"
OWN_HINT = "Differentiate your own line, its constants included."
RATE_HINT = (
    "p is the rate in the handout. Which entries does it count, those that are kept or "
    "those that are dropped, and where does your code divide by their share?"
)
KERNEL_HINT = (
    "How many entries does one window have, and where does your code divide by that "
    "number?"
)
POSITIONS_HINT = (
    "P counts the positions in one channel of the output. Which sums of yours run over "
    "them, and is one of them an average?"
)
STEPS_HINT = "T counts the steps in time: is this a sum over them or an average?"
SIGN_HINT = "Which way is uphill, and which sign does the definition have?"

_HINTS = {
    "N": COUNT_HINT,
    "T": STEPS_HINT,
    "p": RATE_HINT,
    "k": KERNEL_HINT,
    "P": POSITIONS_HINT,
    "kh": KERNEL_HINT,
    "kw": KERNEL_HINT,
}
# What is counted together; two sizes at random would only meet by chance.
PRODUCTS = (
    ("kh", "kw"),
    ("C", "kh", "kw"),
    ("H", "W"),
    ("N", "H", "W"),
    ("N", "D"),
    ("N", "M"),
    ("N", "T"),
    ("N", "P"),
)
# The fit must be this much closer than the names are apart.
CLOSE = 2.0**-12


def named_factors(sighting: Sighting) -> dict[str, float]:
    """Return the constants that a student may have one too many or too few of.

    The simplest come first. Each carries its own hint, see ``hint_for``.
    """
    known = {name: one.value for name, one in sighting.constants.items()}
    found = {"-1": -1.0, "2": 2.0, "1/2": 0.5}
    rate = known.pop("p", None)
    count = known.pop("N", None)
    if count is not None:
        found |= _of_count(count)
    for name, size in known.items():
        found |= {name: size, f"1/{name}": 1 / size, f"-1/{name}": -1 / size}
    found |= _of_entries(known, count)
    if rate is not None and 0 < rate < 1:
        kept = 1 - rate
        found |= {"p": rate, "1/p": 1 / rate, "1-p": kept, "1/(1-p)": 1 / kept}
    return found


def _of_count(count: float) -> dict[str, float]:
    found = {
        "N": count,
        "1/N": 1 / count,
        "-N": -count,
        "-1/N": -1 / count,
        "1/N^2": count**-2,
        "2/N": 2 / count,
    }
    if count > 1:
        found["N/(N-1)"] = count / (count - 1)
        found["(N-1)/N"] = (count - 1) / count
    return found


def _of_entries(known: Mapping[str, float], count: float | None) -> dict[str, float]:
    """Return how many entries a window, an image, an example or a batch has."""
    sizes = {**known, **({} if count is None else {"N": count})}
    products = {
        "*".join(names): math.prod(sizes[name] for name in names)
        for names in PRODUCTS
        if all(name in sizes for name in names)
    }
    inverse = {f"1/({name})": 1 / size for name, size in products.items()}
    square = {"k^2": known["k"] ** 2} if "k" in known else {}
    return {**square, **products, **inverse}


def hint_for(factor: str) -> str:
    """Return the question to ask about a factor."""
    sizes = _sizes(factor)
    if not sizes:
        return SIGN_HINT if factor.startswith("-") else OWN_HINT
    others = [name for name in sizes if name != "N"]
    return _HINTS.get((others or sizes)[0], WIDTH_HINT)


def _sizes(factor: str) -> list[str]:
    """Return the sizes that a factor is made of, in their order."""
    return re.findall(r"[A-Za-z]+", factor)


def from_factor(
    seen: Sequence[Sighting], quantity: str, closeness: float
) -> Diagnosis | None:
    """Return the constant, with a name, by which the answer is off everywhere."""
    names: list[str] | None = None
    for one in seen:
        fitted = _fitted(one, quantity)
        here = [
            name
            for name, value in named_factors(one).items()
            if fitted is not None and abs(value - fitted) <= CLOSE * abs(fitted)
        ]
        names = here if names is None else [name for name in names if name in here]
    fitting = [
        name
        for name in names or []
        if replayed(partial(_multiple, name, quantity), seen, quantity, closeness)
    ]
    if not fitting:
        return None
    # A plain number is the simplest; two sizes that agree cannot be told apart.
    plain = not _sizes(fitting[0])
    title = f"right up to the factor {fitting[0] if plain else ' or '.join(fitting)}"
    return Diagnosis(f"factor {fitting[0]}", title, hint_for(fitting[0]))


def _multiple(name: str, quantity: str, one: Sighting) -> Arrays:
    return {quantity: named_factors(one)[name] * one.right[quantity].value}


def _fitted(sighting: Sighting, quantity: str) -> float | None:
    """Return the multiple of the right answer that comes nearest, if shapes agree."""
    right, got = sighting.right[quantity].value, sighting.got[quantity]
    if right.shape != got.shape or not largest(right):
        return None
    factor = float(np.vdot(right, got.astype(np.float64)) / np.vdot(right, right))
    return factor if np.isfinite(factor) and factor else None
