"""The rectified linear unit with a learned slope as an operation."""

from typing import Any

import numpy as np

from reference.layers.prelu import PReLU as PReLULayer
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.multiples import positively_homogeneous
from reference.operations.relations import Relation, independent_examples
from reference.operations.subgradients import KinkAtZero


class PReLU(KinkAtZero):
    """``max(x, 0) + slope * min(x, 0)``, drawn at least 1/16 away from the kink.

    The drawn slopes have both signs and any size, unlike those at the start of a
    training.

    Parameters
    ----------
    slope
        ``"shared"``: x (N, D) and a 0-d slope. ``"per_channel"``: x (N, C, W) and a
        slope (C,). See ``reference.layers.prelu``.
    """

    name = "prelu"
    formula = """
        out = max(x, 0) + slope * min(x, 0)
        grad_x = grad_out where x > 0, slope * grad_out elsewhere
        grad_slope = sum of grad_out * min(x, 0) over all entries with this slope
    """
    not_differentiable = "where x is 0"
    inputs = ("x", "slope")
    parameters = ("slope",)
    differentiable = ("x", "slope")
    example_conventions = ({}, {"slope": "per_channel"})

    def __init__(self, slope: str = "shared") -> None:
        self.slope = PReLULayer(slope, channels=1).slope

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, ``slope`` and ``grad_out``."""
        shape: tuple[int, ...] = ((5, 7), (9, 3), (1, 7))[variant]
        slopes: tuple[int, ...] = ()
        if self.slope == "per_channel":
            shape = ((3, 4, 5), (5, 2, 3), (1, 4, 3))[variant]
            slopes = shape[1:2]
        return {
            "x": signed(rng, shape),
            "slope": np.asarray(signed(rng, slopes)),
            "grad_out": signed(rng, shape),
        }

    def layer(self, arrays: Arrays) -> PReLULayer:
        """Return a layer that holds ``slope``."""
        layer = PReLULayer(self.slope, channels=arrays["slope"].size)
        layer.params = {"slope": arrays["slope"]}
        return layer

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw ``x`` with zeros, and positive slopes.

        Between a negative slope and 1 lies 0, which then is a subgradient as well.
        """
        arrays = super().kinked(rng, variant=variant)
        return arrays and {**arrays, "slope": np.abs(arrays["slope"])}

    def left_slope(self, arrays: Arrays) -> Array:
        """Return the slopes in a shape that goes with ``x``."""
        slope, x = arrays["slope"], arrays["x"]
        return slope.reshape(-1, *(1,) * (x.ndim - 2)) if slope.ndim else slope

    def margin(self, arrays: Arrays) -> float:
        """Return the smallest magnitude of an entry of ``x``."""
        return float(np.min(np.abs(arrays["x"])))

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``channels``, which is 1 for a shared slope."""
        return {"channels": arrays["slope"].size}

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return what every layer obeys, and what doubling ``x`` does."""
        return (
            *super().relations,
            independent_examples(("x", "grad_out"), ("out", "grad_x")),
            positively_homogeneous(("out", "grad_slope"), ("grad_x",)),
        )
