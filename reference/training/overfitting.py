"""Whether a network can learn a few examples by heart: a check of its gradients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reference.protocols import Array, Layer, Loss, Stepper
from reference.training.loop import train


@dataclass(frozen=True, slots=True)
class Overfit:
    """How an attempt to learn a tiny set by heart went.

    Parameters
    ----------
    losses
        The loss before each step.
    threshold
        What the loss had to fall below.
    """

    losses: Sequence[float]
    threshold: float

    @property
    def reached(self) -> bool:
        """Return whether the last loss lies below the threshold; NaN does not."""
        return self.losses[-1] < self.threshold


def overfit(
    layers: Sequence[Layer],
    loss: Loss,
    optimizer: Stepper,
    inputs: Array,
    targets: Array,
    *,
    examples: int = 5,
    steps: int = 200,
    threshold: float = 0.01,
) -> Overfit:
    """Train on the first few examples only, all of them in each step.

    A network with right gradients and enough weights drives the loss to nearly zero. It
    says nothing about other examples, and regularisation should be off.

    Parameters
    ----------
    threshold
        What the loss must fall below.

    Raises
    ------
    ValueError
        If ``examples`` is not from 1 to what there is, ``steps`` is below 1, or the
        threshold is not positive.

    References
    ----------
    Stanford CS231n, notes on training ("overfit a tiny subset of data").
    """
    if not 1 <= examples <= len(inputs):
        raise ValueError(
            f"overfit: examples must be from 1 to {len(inputs)}, got {examples}"
        )
    if steps < 1 or not threshold > 0:
        raise ValueError(
            "overfit: steps must be at least 1 and threshold positive, "
            f"got {steps} and {threshold}"
        )
    few = np.arange(examples)
    losses = train(layers, loss, optimizer, inputs, targets, [few] * steps)
    return Overfit(losses, threshold)
