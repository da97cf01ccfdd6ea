"""How far the sums in front of a kink move if one of the inputs does."""

import numpy as np

from reference.operations.base import Array


def reach(weight: Array, value: Array, before: float) -> float:
    """Return how far a sum may move if one input moves by one.

    That input is a bias, a weight, which multiplies an entry of ``value``, or
    something earlier, which moves entries of ``value`` by up to ``before``. Nothing is
    before the first weight, where one entry alone moves.

    Parameters
    ----------
    weight
        (D, M) of an affine layer or (F, C, kh, kw) of a convolution.
    value
        What the layer receives.
    """
    rows = np.abs(weight.reshape(len(weight), -1) if weight.ndim == 4 else weight.T)
    earlier = np.max(rows.sum(axis=1)) * before if before else np.max(rows)
    return float(max(1.0, np.max(np.abs(value)), earlier))
