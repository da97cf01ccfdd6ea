"""What the losses of all entries are added up to."""

import math

REDUCTIONS = ("mean", "example_mean", "sum")
"""Average over all entries, sum over entries and average over examples, plain sum."""


def divisor(reduction: str, shape: tuple[int, ...]) -> int:
    """Return what the sum over all entries is divided by.

    Parameters
    ----------
    reduction
        One of ``REDUCTIONS``.
    shape
        Shape of the predictions; the first axis counts the examples.
    """
    if reduction == "sum":
        return 1
    return shape[0] if reduction == "example_mean" else math.prod(shape)
