"""What goes wrong with weights of size ``m**-0.5``."""

import math

from reference.misconceptions.weights import (
    Given,
    fan_entry,
    fans_of,
    half_wide_entry,
    interval_entry,
    is_uniform,
    no_root_entry,
    one_sided_entry,
    root_entry,
    same_entries,
    size_entries,
    spread,
    varying,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "inverse_root"


def _as_variance(right: float, given: Given) -> float:
    return math.sqrt(3.0 * right if is_uniform(given) else right)


def _other_distribution(right: float, given: Given) -> float:
    return 3.0 * right if is_uniform(given) else right / 3.0


def _other_fan(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    inputs, outputs = fans_of(operation, arrays)
    right = float(operation.answer(arrays)["variance"])
    return varying(operation, arrays, right * inputs / outputs)


MISCONCEPTIONS = (
    *same_entries(_NAME),
    no_root_entry(_NAME),
    root_entry(_NAME, "variance = m**-0.5", spread(_as_variance)),
    fan_entry(_NAME, "fan-out in place of fan-in", _other_fan),
    *size_entries(_NAME),
    interval_entry(
        _NAME,
        "m**-0.5 as standard deviation in place of the bound, or the reverse",
        spread(_other_distribution),
    ),
    half_wide_entry(_NAME),
    one_sided_entry(_NAME),
)
