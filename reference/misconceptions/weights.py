"""Mistakes of initialisers, stated as the moments of what they draw."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from reference.initializers.fans import fans
from reference.initializers.gains import SQUARED_GAINS
from reference.misconceptions.base import Misconception, Wrong
from reference.misconceptions.conventions import chosen
from reference.operations.base import Array, Arrays, Operation

Given = Mapping[str, Any]
Variance = Callable[[float, Given], float | None]
"""The right variance and the conventions in, the wrong one out; nothing where the
mistake cannot be made."""

SMALL = 0.01


def moments(mean: float, variance: float) -> dict[str, Array]:
    """Return both moments as 0-d arrays."""
    return {"mean": np.asarray(mean), "variance": np.asarray(variance)}


def fans_of(operation: Operation, arrays: Arrays) -> tuple[int, int]:
    """Return fan-in and fan-out of the drawn shape."""
    lengths = tuple(int(length) for length in arrays["shape"])
    return fans(operation.name, lengths, chosen(operation)["layout"])


def varying(operation: Operation, arrays: Arrays, variance: float) -> dict[str, Array]:
    """Return another variance around the right mean, unless it is the right one."""
    right = float(operation.answer(arrays)["variance"])
    if math.isclose(variance, right):
        return {}
    return {"variance": np.asarray(variance)}


def spread(variance: Variance) -> Wrong:
    """Return another variance that follows from the right one."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        right = float(operation.answer(arrays)["variance"])
        found = variance(right, chosen(operation))
        return {} if found is None else varying(operation, arrays, found)

    wrong.__name__ = variance.__name__
    return wrong


def is_uniform(given: Given) -> bool:
    """Tell whether uniform numbers are asked for."""
    return bool(given.get("distribution", "normal") == "uniform")


def _zeros(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    found = moments(0.0, 0.0)
    if not operation.answer(arrays)["mean"]:
        del found["mean"]
    return found


def _ones(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return moments(1.0, 0.0)


def same_entries(operation: str) -> tuple[Misconception, ...]:
    """Return M150 for an initialiser of weights."""
    entry = partial(
        Misconception,
        "M150",
        operation,
        "all weights start with the same number",
        "If two units of a layer start with the same weights, how will their "
        "gradients differ, and how will they ever become different?",
    )
    return entry("all weights are 0", _zeros), entry("all weights are 1", _ones)


def _no_root(right: float, given: Given) -> float:
    # The bound of uniform numbers is the root of three times the variance.
    return 3.0 * right**2 if is_uniform(given) else right**2


def root_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M151 for an initialiser."""
    return Misconception(
        id="M151",
        operation=operation,
        title="variance and standard deviation confused",
        hint=(
            "Draw a large weight and measure its standard deviation. Which number does "
            "your random generator take: that one, or its square?"
        ),
        formula=formula,
        wrong=wrong,
    )


def no_root_entry(operation: str) -> Misconception:
    """Return M151 for a standard deviation or a bound without its root."""
    formula = "the variance as standard deviation, or three times it as bound"
    return root_entry(operation, formula, spread(_no_root))


def fan_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M238 for an initialiser that looks at the size of a layer."""
    return Misconception(
        id="M238",
        operation=operation,
        title="spread does not follow the size of the layer",
        hint=(
            "Change each length of the shape in turn. Which of them should change the "
            "spread of the weights, which does, and by how much?"
        ),
        formula=formula,
        wrong=wrong,
    )


def _small(right: float, given: Given) -> float:
    return SMALL**2


def _standard(right: float, given: Given) -> float:
    return 1.0


def _kernel_not_counted(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    entries = int(np.prod(arrays["shape"][2:]))
    if entries == 1:
        return {}
    return {"variance": entries * operation.answer(arrays)["variance"]}


def size_entries(operation: str) -> tuple[Misconception, ...]:
    """Return M238 where the size is left out."""
    return (
        fan_entry(operation, "standard deviation 0.01", spread(_small)),
        fan_entry(operation, "standard deviation 1", spread(_standard)),
        fan_entry(
            operation, "fan without the entries of the kernel", _kernel_not_counted
        ),
    )


def interval_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M239 for an initialiser."""
    return Misconception(
        id="M239",
        operation=operation,
        title="uniform interval does not give the wanted moments",
        hint=(
            "What are the mean and the variance of uniform numbers between two bounds? "
            "Work them out for the interval that your code draws from."
        ),
        formula=formula,
        wrong=wrong,
    )


def _bound_as_spread(right: float, given: Given) -> float:
    return 3.0 * right


def _spread_as_bound(right: float, given: Given) -> float:
    return right / 3.0


def _scale(right: float, given: Given) -> float:
    """Return what standard numbers are multiplied by."""
    return float(np.sqrt(3.0 * right if is_uniform(given) else right))


def _half_wide(right: float, given: Given) -> float:
    return _scale(right, given) ** 2 / 12.0


def _one_sided(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    right = float(operation.answer(arrays)["variance"])
    scale = _scale(right, chosen(operation))
    return moments(scale / 2.0, scale**2 / 12.0)


def bound_entry(operation: str) -> Misconception:
    """Return M239 for a bound that is used as standard deviation."""
    formula = "normal numbers with the bound as standard deviation"
    return interval_entry(operation, formula, spread(_bound_as_spread))


def half_wide_entry(operation: str) -> Misconception:
    """Return M239 for an interval of half the width."""
    return interval_entry(operation, "(rand - 0.5) times the scale", spread(_half_wide))


def one_sided_entry(operation: str) -> Misconception:
    """Return M239 for an interval on one side of zero."""
    formula = "rand times the scale, never negative"
    return interval_entry(operation, formula, _one_sided)


def centred_entries(operation: str) -> tuple[Misconception, ...]:
    """Return M239 for an initialiser whose variance is given."""
    return (
        interval_entry(
            operation,
            "uniform between minus and plus one standard deviation",
            spread(_spread_as_bound),
        ),
        half_wide_entry(operation),
        one_sided_entry(operation),
    )


def _no_gain(right: float, given: Given) -> float | None:
    gain = SQUARED_GAINS[given["gain"]]
    return None if gain == 1.0 else right / gain


def gain_entry(operation: str, formula: str) -> Misconception:
    """Return M146 for an initialiser with a gain."""
    return Misconception(
        id="M146",
        operation=operation,
        title="gain ignored",
        hint=(
            "Which activation follows this weight, and what does it do to the size of "
            "what passes through it? Where is that in your formula?"
        ),
        formula=formula,
        wrong=spread(_no_gain),
    )


def random_entry(operation: str, formula: str, wrong: Wrong) -> Misconception:
    """Return M152 for an initialiser that draws nothing."""
    return Misconception(
        id="M152",
        operation=operation,
        title="random numbers where a constant is asked for",
        hint=(
            "Call your initialiser twice. Should the two results differ, and where "
            "does the difference come from?"
        ),
        formula=formula,
        wrong=wrong,
    )
