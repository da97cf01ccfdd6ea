"""Shapes of a vector that a course takes besides the right one."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from grader.contract.messages import Array

Index = tuple[int, ...]


class VectorForm(StrEnum):
    """How numbers in a row may be written: (M,), (1, M) or (M, 1)."""

    FLAT = "flat"
    ROW = "row"
    COLUMN = "column"

    def shape(self, length: int) -> Index:
        """Return the shape of ``length`` numbers in this form."""
        shapes = {self.FLAT: (length,), self.ROW: (1, length), self.COLUMN: (length, 1)}
        return shapes[self]


def is_vector(shape: Index) -> bool:
    """Tell whether an array has at most one axis that is longer than 1."""
    return len(shape) > 0 and sum(length > 1 for length in shape) <= 1


def reshaped(value: Array, got: Array, forms: Sequence[VectorForm]) -> Array:
    """Return an answer in the shape of ``value`` if it comes in an accepted form.

    Every other answer is returned as it is: only a comparison can say what is wrong.
    """
    if got.shape == value.shape or not is_vector(value.shape):
        return got
    if got.shape in [form.shape(value.size) for form in forms]:
        return got.reshape(value.shape)
    return got


def accepted(
    right: Mapping[str, Array],
    got: Mapping[str, Array],
    accept: Mapping[str, Sequence[VectorForm]],
) -> dict[str, Array]:
    """Return answers with every accepted form in the right shape."""
    return {
        name: reshaped(right[name], value, accept[name])
        if name in accept and name in right
        else value
        for name, value in got.items()
    }
