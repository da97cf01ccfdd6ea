"""What goes wrong in Xavier initialisation."""

from reference.initializers.xavier import VARIANCES
from reference.misconceptions.base import Wrong
from reference.misconceptions.conventions import answered_under, chosen
from reference.misconceptions.weights import (
    bound_entry,
    centred_entries,
    fan_entry,
    fans_of,
    gain_entry,
    no_root_entry,
    same_entries,
    size_entries,
    varying,
)
from reference.operations.base import Array, Arrays, Operation

_NAME = "xavier"
_RULES = ", ".join(VARIANCES)


def _other_rule(places: int) -> Wrong:
    """Return the variance under another of the printed rules."""

    def wrong(operation: Operation, arrays: Arrays) -> dict[str, Array]:
        number = VARIANCES.index(chosen(operation)["variance"]) + places
        rule = VARIANCES[number % len(VARIANCES)]
        found = answered_under(operation, arrays, variance=rule)
        return {"variance": found["variance"]}

    wrong.__name__ = f"rule_{places}"
    return wrong


def _kaiming(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    return varying(operation, arrays, 2.0 / fans_of(operation, arrays)[0])


def _fans_swapped(operation: Operation, arrays: Arrays) -> dict[str, Array]:
    if chosen(operation)["variance"] != "1/in":
        return {}
    inputs, outputs = fans_of(operation, arrays)
    right = float(operation.answer(arrays)["variance"])
    return varying(operation, arrays, right * inputs / outputs)


MISCONCEPTIONS = (
    *same_entries(_NAME),
    no_root_entry(_NAME),
    gain_entry(_NAME, "variance without gain**2"),
    fan_entry(
        _NAME, "another of 2/(in+out), 1/(in+out), 1/in: the next", _other_rule(1)
    ),
    fan_entry(
        _NAME, "another of 2/(in+out), 1/(in+out), 1/in: the one before", _other_rule(2)
    ),
    fan_entry(_NAME, "variance = 2/in, Kaiming's", _kaiming),
    fan_entry(_NAME, "1/out in place of 1/in", _fans_swapped),
    *size_entries(_NAME),
    bound_entry(_NAME),
    *centred_entries(_NAME),
)
