"""Sums over paths under wrong rules, for connectionist temporal classification.

A path goes through states, each of which is a class: the labels, as a rule with blanks
between them. It stays, goes on to the next state, or skips one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from reference.operations.base import Array

Join = Callable[[Array, Array], Array]
"""Two logarithms of probabilities to one."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """The states of one example and what a path may do.

    Parameters
    ----------
    states
        The class of each state.
    skips
        Which states may be reached from the last but one.
    starts, ends
        Which states a path may begin with and end with.
    """

    states: Array
    skips: Array
    starts: Array
    ends: Array


def _first(number: int, count: int) -> Array:
    places: Array = np.arange(count) < number
    return places


def right_lattice(labels: Array, blank: int) -> Lattice:
    """Return the states with blanks, and the rules of the paper."""
    states = np.full(2 * len(labels) + 1, blank)
    states[1::2] = labels
    skips = np.zeros(len(states), dtype=np.bool_)
    skips[3::2] = labels[1:] != labels[:-1]
    ends = _first(2, len(states))
    return Lattice(states, skips, ends, ends[::-1])


def without_blanks(labels: Array, blank: int) -> Lattice:
    """Return the labels alone: each is held for some steps."""
    ends = _first(1, len(labels))
    return Lattice(labels, np.zeros(len(labels), np.bool_), ends, ends[::-1])


def never_skipping(labels: Array, blank: int) -> Lattice:
    """Ask for a blank between any two labels."""
    right = right_lattice(labels, blank)
    return replace(right, skips=np.zeros_like(right.skips))


def always_skipping(labels: Array, blank: int) -> Lattice:
    """Ask for a blank between no two labels, not even equal ones."""
    right = right_lattice(labels, blank)
    return replace(right, skips=_odd(right) & (np.arange(len(right.skips)) > 1))


def ending_with_label(labels: Array, blank: int) -> Lattice:
    """Ask for paths that do not end with a blank."""
    right = right_lattice(labels, blank)
    return replace(right, ends=right.ends & _odd(right))


def starting_with_label(labels: Array, blank: int) -> Lattice:
    """Ask for paths that do not begin with a blank."""
    right = right_lattice(labels, blank)
    return replace(right, starts=right.starts & _odd(right))


def _odd(lattice: Lattice) -> Array:
    odd: Array = np.arange(len(lattice.states)) % 2 == 1
    return odd


@dataclass(frozen=True, slots=True)
class Sums:
    """Logarithms of the probabilities of parts of paths.

    Parameters
    ----------
    emitted
        Of the states, (T, S).
    reached, left
        Of all beginnings that end in a state, and of all endings from there, both with
        the present step in them, (T, S).
    total
        Of all paths.
    """

    emitted: Array
    reached: Array
    left: Array
    total: float


def sums(logs: Array, lattice: Lattice, join: Join = np.logaddexp) -> Sums:
    """Go through the lattice forwards and backwards.

    Parameters
    ----------
    logs
        Logarithms of the probabilities, (T, C).
    """
    emitted = logs[:, lattice.states]
    reached = _passed(emitted, lattice.skips, lattice.starts, join)
    # A skip that ends at state s from s - 2 is, backwards, one that ends at s - 2.
    skips = np.zeros_like(lattice.skips)
    skips[2:] = lattice.skips[::-1][:-2]
    turned = emitted[::-1, ::-1]
    left = _passed(turned, skips, lattice.ends[::-1], join)[::-1, ::-1]
    total = np.array(-np.inf)
    for value in reached[-1, lattice.ends]:
        total = join(total, value)
    return Sums(emitted, reached, left, float(total))


def _passed(emitted: Array, skips: Array, starts: Array, join: Join) -> Array:
    found = np.full_like(emitted, -np.inf)
    found[0, starts] = emitted[0, starts]
    for step in range(1, len(emitted)):
        before = found[step - 1]
        ways = before.copy()
        ways[1:] = join(ways[1:], before[:-1])
        ways[2:] = join(ways[2:], np.where(skips[2:], before[:-2], -np.inf))
        found[step] = emitted[step] + ways
    return found


def of_classes(lattice: Lattice, of_states: Array, classes: int) -> Array:
    """Add up numbers of states (T, S) for each class, (T, C)."""
    found = np.zeros((len(of_states), classes))
    for state, label in enumerate(lattice.states):
        found[:, label] += of_states[:, state]
    return found
