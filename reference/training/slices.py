"""Where each minibatch of an epoch begins and ends."""

import numpy as np

from reference.conventions import require_choice
from reference.protocols import Array

TAILS = ("keep", "drop")


def minibatch_slices(
    examples: int, batch_size: int, tail: str = "keep"
) -> tuple[Array, Array]:
    """Return the first index of each minibatch and the one after its last.

    Minibatch i of size k is ``[i*k, (i + 1)*k)``, counted from 0.

    Parameters
    ----------
    tail
        What happens to the examples that do not fill a minibatch: ``"keep"`` makes a
        shorter one of them, ``"drop"`` leaves them out, all of them where there are
        fewer than ``batch_size``.

    Raises
    ------
    ValueError
        If a number is below 1.

    Notes
    -----
    Penn CIS 4190/5190, lecture 12, prints the slice as i'k to i'(k + 1) - 1. With i'
    the number of the minibatch and k its size this has i' entries in place of k, so
    that examples are left out and others come twice; (i' + 1)k - 1 is meant.

    Examples
    --------
    >>> start, stop = minibatch_slices(7, 3)
    >>> start.tolist(), stop.tolist()
    ([0, 3, 6], [3, 6, 7])
    """
    require_choice("minibatch_slices", "tail", tail, TAILS)
    if examples < 1 or batch_size < 1:
        raise ValueError(
            "minibatch_slices: examples and batch_size must be at least 1, "
            f"got {examples} and {batch_size}"
        )
    end = examples if tail == "keep" else examples - examples % batch_size
    start = np.arange(0, end, batch_size, dtype=np.int64)
    return start, np.minimum(start + batch_size, end)
