"""Which examples go into which step."""

import numpy as np

from reference.protocols import Array


def minibatches(
    rng: np.random.Generator, n: int, batch_size: int, epochs: int
) -> list[Array]:
    """Return the indices of every minibatch of ``epochs`` epochs, in order.

    The shuffle protocol: each epoch draws ``rng.permutation(n)`` once and cuts it into
    consecutive pieces of ``batch_size``. The last piece of an epoch is shorter when
    ``batch_size`` does not divide ``n``, so each example is seen once per epoch.

    Raises
    ------
    ValueError
        If a number is below 1 (``epochs`` may be 0).
    """
    if n < 1 or batch_size < 1 or epochs < 0:
        raise ValueError(
            "minibatches: n and batch_size must be at least 1 and epochs at least 0, "
            f"got {n}, {batch_size} and {epochs}"
        )
    return [
        order[start : start + batch_size]
        for order in (rng.permutation(n) for _ in range(epochs))
        for start in range(0, n, batch_size)
    ]
