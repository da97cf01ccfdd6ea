"""Inputs of two sizes, between which the cost of code shows what kind of code it is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grader.checks.batches import batch_axes, sized
from grader.contract.messages import Array
from reference.operations.base import Operation

Arrays = Mapping[str, Array]

# A wider layer has so many more entries that measured slopes must show.
WIDER = 20
# A small batch has so many examples, and so many numbers at most in one array.
LEAST_EXAMPLES, FEW_EXAMPLES, FEW_NUMBERS = 2, 8, 320
# Larger arrays than this would measure the memory of the machine.
MOST_NUMBERS = 8_000
MOST_EXAMPLES = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Size:
    """Inputs, and how large they are.

    Parameters
    ----------
    count
        Number of examples, or of entries that have a gradient.
    """

    arrays: Arrays
    count: int


def few_and_many_entries(
    operation: Operation, rng: np.random.Generator, wanted: int
) -> tuple[Size, Size] | None:
    """Return small inputs of few and of many entries that have a gradient.

    The batch is as small as it may be where the shapes of parameters differ enough:
    then a loop over all entries costs little and a measured slope for each much.

    Parameters
    ----------
    wanted
        How many are many, where only the batch can grow.
    """
    if not operation.gradients:
        return None
    axes = batch_axes(operation)
    drawn = [operation.draw(rng, variant=variant) for variant in (0, 1)]
    if axes:
        drawn = [sized(one, axes, operation.smallest_batch) for one in drawn]
    few, many = sorted(
        (Size(arrays, _entries(operation, arrays)) for arrays in drawn),
        key=lambda size: size.count,
    )
    if many.count - few.count >= WIDER:
        return few, many
    if not axes:
        return None
    count = -(-wanted // many.count) * operation.smallest_batch
    arrays = sized(many.arrays, axes, count)
    grown = Size(arrays, _entries(operation, arrays))
    return (many, grown) if grown.count - many.count >= WIDER else None


def few_examples(operation: Operation, rng: np.random.Generator) -> Size | None:
    """Return a small batch, ``None`` where nothing counts examples."""
    axes = batch_axes(operation)
    if not axes:
        return None
    one = sized(operation.draw(rng, variant=0), axes, operation.smallest_batch)
    fitting = FEW_NUMBERS * operation.smallest_batch // _numbers(operation, one)
    count = min(max(fitting, LEAST_EXAMPLES), FEW_EXAMPLES)
    return Size(sized(one, axes, count), count)


def more_examples(operation: Operation, few: Size, count: int) -> Size:
    """Return the same examples over and over, but no more than fit the caches."""
    fitting = MOST_NUMBERS * few.count // _numbers(operation, few.arrays)
    count = min(max(fitting, 2 * few.count), count, MOST_EXAMPLES)
    return Size(sized(few.arrays, batch_axes(operation), count), count)


def _numbers(operation: Operation, arrays: Arrays) -> int:
    """Return the size of the largest array that grows with the batch."""
    axes = batch_axes(operation)
    answer = operation.answer(arrays)
    inputs = [arrays[name].size for name in axes]
    return max(*inputs, *(answer[name].size for name in operation.outputs))


def _entries(operation: Operation, arrays: Arrays) -> int:
    return sum(arrays[name].size for name in operation.differentiable)
