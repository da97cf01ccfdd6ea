"""Binary cross-entropy from probabilities as an operation."""

from typing import Any

import numpy as np

from reference.losses.binary_cross_entropy import (
    BinaryCrossEntropy as BinaryCrossEntropyLoss,
)
from reference.operations.base import Array, Arrays
from reference.operations.draws import GRID, MARGIN
from reference.operations.entrywise import BinaryOperation, binary_targets
from reference.operations.subgradients import between, chosen_places


class BinaryCrossEntropy(BinaryOperation):
    """Cross-entropy of ``probabilities`` and targets that are 0 or 1.

    Parameters
    ----------
    reduction, clip
        See ``reference.losses.binary_cross_entropy``. Where ``clip`` is more than 1/8,
        some of the probabilities drawn are clipped.
    """

    name = "binary_cross_entropy"
    formula = """
        p, y = probabilities, targets
        loss = -f * sum(y*log(p) + (1 - y)*log(1 - p))
        grad_probabilities = f * (p - y) / (p * (1 - p))
        with f = 1/size (mean), 1/N (example_mean) or 1 (sum)
        clip: p = clip(probabilities, clip, 1 - clip), and no gradient where it moves p
    """
    not_differentiable = "where a probability is exactly clip or 1 - clip"
    kink = "where a probability is exactly clip or 1 - clip"
    inputs = ("probabilities", "targets")
    differentiable = ("probabilities",)
    example_conventions = (
        {},
        {"reduction": "sum"},
        {"reduction": "example_mean", "clip": 1e-12},
        {"clip": 0.1875},
    )

    def __init__(self, reduction: str = "mean", clip: float = 0.0) -> None:
        checked = BinaryCrossEntropyLoss(reduction, clip)
        self.reduction, self.clip = checked.reduction, checked.clip

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw both (N, K), probabilities at least 1/16 from 0, 1 and the bounds.

        Those that are not clipped are 1/8 from 0 and 1: nearer to them a difference
        quotient says too little about the logarithm.
        """
        shape = self.shapes[variant]
        low = max(self.clip, MARGIN) + MARGIN
        p = rng.uniform(low, 1.0 - low, shape)
        if self.clip > 2.0 * MARGIN:
            clipped = rng.uniform(MARGIN, self.clip - MARGIN, shape)
            # Along the flat array every fifth lies below and the next above.
            place = np.arange(p.size).reshape(shape) % 5
            p = np.where(place == 1, clipped, np.where(place == 2, 1.0 - clipped, p))
        # A bound off the grid is at most half a step nearer after rounding.
        p = np.round(p / GRID) * GRID
        return {"probabilities": p, "targets": binary_targets(rng, shape)}

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw probabilities of which about a third are at a bound of the clipping.

        ``None`` where a bound is so near to 0 and 1 that single precision has no
        number for it, or there is none.
        """
        if self.clip < MARGIN:
            return None
        arrays = self.draw(rng, variant=variant)
        p = arrays["probabilities"]
        bounds = np.where(p < 1 / 2, self.clip, 1.0 - self.clip)
        at_bound = chosen_places(rng, p.shape)
        return {**arrays, "probabilities": np.where(at_bound, bounds, p)}

    def nearest(self, arrays: Arrays, quantity: str, got: Array) -> Array:
        """Return the right answer nearest to ``got``: at a bound, from 0 to the slope.

        The slope is that of the formula without clipping.
        """
        right = self.answer(arrays)[quantity]
        if quantity != "grad_probabilities" or not self.clip:
            return right
        p = arrays["probabilities"]
        slopes = BinaryCrossEntropyLoss(self.reduction)
        slopes.forward(p, arrays["targets"])
        at_bound = (p == self.clip) | (p == 1.0 - self.clip)
        chosen = between(slopes.backward(), np.zeros_like(p), got)
        return np.where(at_bound, chosen, right)

    def loss(self) -> BinaryCrossEntropyLoss:
        """Return a fresh loss."""
        return BinaryCrossEntropyLoss(self.reduction, self.clip)

    def margin(self, arrays: Arrays) -> float:
        """Return how far the nearest probability is from a bound; all move alone."""
        if not self.clip:
            return np.inf
        p = arrays["probabilities"]
        bounds = np.array([self.clip, 1.0 - self.clip])
        return float(np.min(np.abs(p[..., np.newaxis] - bounds)))

    def other_class(self, predictions: Array) -> Array:
        """Return the probability of the other class."""
        return 1.0 - predictions

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``clip``."""
        return {"clip": self.clip}
