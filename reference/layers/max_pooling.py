"""Max pooling in one and in two dimensions."""

from typing import ClassVar

import numpy as np

from reference.conventions import require_choice
from reference.layers.pooling import Pooling
from reference.protocols import Array
from reference.windows import Layout, PerAxis


class MaxPooling(Pooling):
    """Take the largest entry of each window; a subclass says over how many axes."""

    tie_rules: ClassVar[tuple[str, ...]] = ("first", "split", "all")

    def __init__(
        self,
        kernel: PerAxis,
        stride: PerAxis | None = None,
        *,
        padding: PerAxis = 0,
        ragged: str = "drop",
        ties: str = "first",
    ) -> None:
        super().__init__(kernel, stride, padding, ragged)
        self.ties = require_choice(type(self).__name__, "ties", ties, self.tie_rules)
        self._winners: list[Array] = []

    def pool(self, x: Array, layout: Layout) -> Array:
        """Return the largest entries; keep for each position whether it is one."""
        # Nothing is smaller, so what is added never wins against an entry of x.
        padded = layout.padded(x, fill=-np.inf)
        # Each entry is read twice: copies without gaps are worth their time.
        entries = [np.ascontiguousarray(padded[place]) for place in layout.places]
        out = entries[0].copy()
        for entry in entries[1:]:
            np.maximum(out, entry, out=out)
        self._winners = [entry == out for entry in entries]
        if self.ties == "first":
            _keep_first(self._winners)
        return out

    def spread(self, grad_out: Array, layout: Layout) -> Array:
        """Return the gradient, which goes where the largest entries were."""
        share = grad_out
        if self.ties == "split":
            share = grad_out / sum(
                wins.astype(grad_out.dtype) for wins in self._winners
            )
        total = np.zeros((*grad_out.shape[:2], *layout.lengths), grad_out.dtype)
        meet = self.windows.overlap
        for place, wins in zip(layout.places, self._winners, strict=True):
            if meet:
                total[place] += share * wins
            else:
                np.multiply(share, wins, out=total[place])
        return layout.cropped(total)


def _keep_first(winners: list[Array]) -> None:
    """Leave one winner of each window, in place."""
    taken = winners[0].copy()
    for wins in winners[1:]:
        np.greater(wins, taken, out=wins)
        np.logical_or(wins, taken, out=taken)
