"""Which examples go into which step."""

from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from reference.conventions import require_choice
from reference.protocols import Array
from reference.training.slices import TAILS, minibatch_slices

Orders = Callable[[np.random.Generator, int], Iterator[Array]]


def minibatches(
    rng: np.random.Generator,
    n: int,
    batch_size: int,
    epochs: int,
    protocol: str = "reshuffle",
    tail: str = "keep",
) -> list[Array]:
    """Return the indices of every minibatch of ``epochs`` epochs, in order.

    The shuffle protocol: each epoch draws ``rng.permutation(n)`` once and cuts it into
    consecutive pieces of ``batch_size``. The last piece of an epoch is shorter when
    ``batch_size`` does not divide ``n``, so each example is seen once per epoch.

    Parameters
    ----------
    protocol, tail
        Other protocols, see ``epoch_batches``.

    Raises
    ------
    ValueError
        If a number is below 1 (``epochs`` may be 0).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> [batch.tolist() for batch in minibatches(rng, 5, 2, epochs=1)]
    [[2, 4], [3, 0], [1]]
    """
    if n < 1 or batch_size < 1 or epochs < 0:
        raise ValueError(
            "minibatches: n and batch_size must be at least 1 and epochs at least 0, "
            f"got {n}, {batch_size} and {epochs}"
        )
    every = epoch_batches(rng, n, batch_size, protocol, tail)
    return [batch for epoch in islice(every, epochs) for batch in epoch]


def epoch_batches(
    rng: np.random.Generator,
    n: int,
    batch_size: int,
    protocol: str = "reshuffle",
    tail: str = "keep",
) -> Iterator[list[Array]]:
    """Yield the minibatches of one epoch after the other, without end.

    An epoch is drawn when it is asked for.

    Parameters
    ----------
    protocol
        The order from which consecutive pieces are cut:

        - ``"reshuffle"``: ``rng.permutation(n)``, a new one for each epoch. The
          default.
        - ``"shuffle_once"``: one permutation for all epochs.
        - ``"fixed"``: 0, 1, ..., n - 1 always; nothing is drawn.
        - ``"with_replacement"``: ``rng.integers(n, size=n)``, so an example may come
          twice in an epoch or not at all. With a batch size of 1 this is the SGD of CMU
          10-301/601, lecture 14, which samples one point for each step.
        - ``"seeded_by_epoch"``: the permutation of NumPy's legacy generator seeded by
          the number of the epoch, from 0, as in CMU 10-301/601, homework 5. ``rng`` is
          not used, so two programs agree without sharing a generator.
    tail
        ``"keep"`` or ``"drop"`` the examples that do not fill the last minibatch, see
        ``minibatch_slices``.

    Raises
    ------
    ConventionError
        If there is no such protocol or tail.
    ValueError
        If a number is below 1.

    Examples
    --------
    >>> epochs = epoch_batches(np.random.default_rng(0), 5, 2, "fixed", "drop")
    >>> [batch.tolist() for batch in next(epochs)]
    [[0, 1], [2, 3]]
    """
    require_choice("epoch_batches", "protocol", protocol, PROTOCOLS)
    require_choice("epoch_batches", "tail", tail, TAILS)
    cuts = list(zip(*minibatch_slices(n, batch_size, tail), strict=True))
    orders = PROTOCOLS[protocol](rng, n)
    return ([order[start:stop] for start, stop in cuts] for order in orders)


def _reshuffle(rng: np.random.Generator, n: int) -> Iterator[Array]:
    while True:
        yield rng.permutation(n)


def _shuffle_once(rng: np.random.Generator, n: int) -> Iterator[Array]:
    order = rng.permutation(n)
    while True:
        yield order.copy()


def _fixed(rng: np.random.Generator, n: int) -> Iterator[Array]:
    while True:
        yield np.arange(n)


def _with_replacement(rng: np.random.Generator, n: int) -> Iterator[Array]:
    while True:
        yield rng.integers(n, size=n)


def _seeded_by_epoch(rng: np.random.Generator, n: int) -> Iterator[Array]:
    epoch = 0
    while True:
        yield np.random.RandomState(epoch).permutation(n)
        epoch += 1


PROTOCOLS: dict[str, Orders] = {
    "reshuffle": _reshuffle,
    "shuffle_once": _shuffle_once,
    "fixed": _fixed,
    "with_replacement": _with_replacement,
    "seeded_by_epoch": _seeded_by_epoch,
}
"""How each epoch is ordered, by name of the protocol."""
