"""The logistic function of the gates of recurrent layers."""

import numpy as np

from reference.protocols import Array


def logistic(sums: Array) -> Array:
    """Replace ``sums`` by ``1 / (1 + exp(-sums))`` in place and return it.

    Where the exponential overflows, the infinity is divided by: the result is the 0
    to which the exact value rounds.
    """
    np.negative(sums, out=sums)
    with np.errstate(over="ignore"):
        np.exp(sums, out=sums)
    sums += 1.0
    return np.reciprocal(sums, out=sums)
