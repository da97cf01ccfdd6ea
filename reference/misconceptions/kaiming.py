"""What goes wrong in Kaiming initialisation."""

from reference.initializers.gains import SQUARED_GAINS
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.weights import (
    Given,
    bound_entry,
    centred_entries,
    fan_entry,
    fans_of,
    gain_entry,
    is_uniform,
    no_root_entry,
    root_entry,
    same_entries,
    size_entries,
    spread,
    varying,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "kaiming"
_OTHER_FAN = {"in": "out", "out": "in"}


def _root_of_the_fan_only(right: float, given: Given) -> float | None:
    return None if is_uniform(given) else right * SQUARED_GAINS[given["gain"]]


def _other_fan(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    fan = _OTHER_FAN[chosen(operation)["fan"]]
    return {"variance": answered_under(operation, arrays, fan=fan)["variance"]}


def _xavier(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return varying(operation, arrays, 2.0 / sum(fans_of(operation, arrays)))


MISCONCEPTIONS = (
    *same_entries(_NAME),
    no_root_entry(_NAME),
    root_entry(
        _NAME,
        "standard deviation = gain**2 / sqrt(fan)",
        spread(_root_of_the_fan_only),
    ),
    gain_entry(_NAME, "variance = 1/fan"),
    fan_entry(_NAME, "fan-out in place of fan-in, or the reverse", _other_fan),
    fan_entry(_NAME, "variance = 2/(in+out), Xavier's", _xavier),
    *size_entries(_NAME),
    bound_entry(_NAME),
    *centred_entries(_NAME),
)
