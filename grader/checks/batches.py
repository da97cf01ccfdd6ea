"""Which axis of an array counts the examples, and batches of another size."""

from collections.abc import Mapping

import numpy as np

from grader.contract.messages import Array
from reference.operations.base import Operation

Arrays = Mapping[str, Array]

_SEVERAL, _SMALLEST = 0, 2


def batch_axes(operation: Operation) -> dict[str, int]:
    """Return the axis that counts the examples, for each input that has one.

    It is the axis on which the smallest batch differs from another one in just this:
    so many examples here, one example there. Empty where nothing is counted.
    """
    # Shapes do not depend on what is drawn.
    several, smallest = (
        operation.draw(np.random.default_rng(0), variant=variant)
        for variant in (_SEVERAL, _SMALLEST)
    )
    axes, counts = {}, set()
    for name in several:
        if name in operation.parameters or several[name].ndim != smallest[name].ndim:
            continue
        lengths = zip(several[name].shape, smallest[name].shape, strict=True)
        found = [
            (axis, many)
            for axis, (many, few) in enumerate(lengths)
            if few == operation.smallest_batch != many
        ]
        if len(found) == 1:
            axes[name] = found[0][0]
            counts.add(found[0][1])
    return axes if len(counts) == 1 else {}


def sized(arrays: Arrays, axes: Mapping[str, int], count: int) -> dict[str, Array]:
    """Return inputs with another number of examples: the first ones, over and over."""
    return {
        name: np.take(
            value, np.arange(count) % value.shape[axes[name]], axis=axes[name]
        )
        if name in axes
        else value
        for name, value in arrays.items()
    }
