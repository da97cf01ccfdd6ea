"""Sums over all paths that spell a sequence of labels."""

import numpy as np

from reference.protocols import Array


def forward_backward(logs: Array, labels: Array, blank: int) -> tuple[float, Array]:
    """Return the loss of one example and the share of the paths at each class.

    Parameters
    ----------
    logs
        Logarithms of the probabilities, (T, C).
    labels
        Integers (L,) that some path of T steps spells.

    Returns
    -------
    tuple
        Minus the logarithm of the probability of all paths, and (T, C) shares that sum
        to 1 at each step.
    """
    # Between labels, before the first and after the last a path may have blanks.
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    emitted = logs[:, states]
    skips = np.zeros(len(states), dtype=np.bool_)
    skips[3::2] = labels[1:] != labels[:-1]
    reached = _sums(emitted, skips)
    # Backwards in time and from the last state, the same rules hold; a skip that ends
    # at state s from s - 2 is then one that ends at s - 2.
    reversed_skips = np.zeros_like(skips)
    reversed_skips[2:] = skips[::-1][:-2]
    left = _sums(emitted[::-1, ::-1], reversed_skips)[::-1, ::-1]
    total = np.logaddexp.reduce(reached[-1, -2:])
    # Both sums have the logarithm of the present step in them.
    shares_of_states = np.exp(reached + left - emitted - total)
    shares = np.zeros_like(logs)
    for state, label in enumerate(states):
        shares[:, label] += shares_of_states[:, state]
    return -float(total), shares


def _sums(emitted: Array, skips: Array) -> Array:
    """Return the logarithm of the sum over all paths to each state at each step.

    Parameters
    ----------
    emitted
        Logarithms of the probabilities of the states, (T, S).
    skips
        Which states may be reached from the last but one.
    """
    sums = np.full_like(emitted, -np.inf)
    sums[0, :2] = emitted[0, :2]
    for step in range(1, len(emitted)):
        before = sums[step - 1]
        ways = before.copy()
        ways[1:] = np.logaddexp(ways[1:], before[:-1])
        ways[2:] = np.logaddexp(ways[2:], np.where(skips[2:], before[:-2], -np.inf))
        sums[step] = emitted[step] + ways
    return sums
