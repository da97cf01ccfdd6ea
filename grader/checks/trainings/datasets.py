"""What a network is trained on, by name, cut into examples and held-out examples."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from grader.contract.messages import Array
from reference.datasets.digits import digits
from reference.datasets.labelled import Labelled
from reference.datasets.moons import moons
from reference.datasets.spirals import spirals
from reference.datasets.xor import xor

DataName = Literal["digits", "moons", "spirals", "xor"]

# So that no pixel is exactly zero and no kink is hit by many examples.
NOISE = 0.05
HELD_OUT_POINTS = 600


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Examples to train on and others to measure with.

    Parameters
    ----------
    inputs, held_out_inputs
        (N, D) float64.
    labels, held_out_labels
        (N,) int64, from 0 to C - 1.
    """

    inputs: Array
    labels: Array
    held_out_inputs: Array
    held_out_labels: Array

    def renumbered(self, numbers: Array) -> "Split":
        """Return the same examples with other numbers for the classes.

        What a network learns takes as long as before, but one that was trained on
        other numbers is wrong.

        Parameters
        ----------
        numbers
            (C,), the new number of each class.
        """
        return replace(
            self,
            labels=numbers[self.labels],
            held_out_labels=numbers[self.held_out_labels],
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """How one data set is drawn, and the sizes a network for it must have."""

    features: int
    classes: int
    draw: Callable[[np.random.Generator, int], Split]


def _digits(rng: np.random.Generator, examples: int) -> Split:
    every = digits()
    order = rng.permutation(len(every.labels))
    chosen, rest = order[:examples], order[examples:]
    images = every.images[chosen]
    return Split(
        inputs=images + rng.normal(0.0, NOISE, images.shape),
        labels=every.labels[chosen],
        held_out_inputs=every.images[rest],
        held_out_labels=every.labels[rest],
    )


def _points(drawn: Labelled, examples: int) -> Split:
    """Cut points that are in random order already."""
    return Split(
        inputs=drawn.inputs[:examples],
        labels=drawn.labels[:examples],
        held_out_inputs=drawn.inputs[examples:],
        held_out_labels=drawn.labels[examples:],
    )


def _groups(examples: int, groups: int) -> int:
    return -(-(examples + HELD_OUT_POINTS) // groups)


def _moons(rng: np.random.Generator, examples: int) -> Split:
    return _points(moons(rng, _groups(examples, 2)), examples)


def _spirals(rng: np.random.Generator, examples: int) -> Split:
    drawn = spirals(rng, examples_per_class=_groups(examples, 2))
    return _points(drawn, examples)


def _xor(rng: np.random.Generator, examples: int) -> Split:
    return _points(xor(rng, _groups(examples, 4)), examples)


DATASETS: dict[str, Dataset] = {
    "digits": Dataset(64, 10, _digits),
    "moons": Dataset(2, 2, _moons),
    "spirals": Dataset(2, 2, _spirals),
    "xor": Dataset(2, 2, _xor),
}
