"""How many inputs and outputs a unit of a weight has: fan-in and fan-out."""

import math

from reference.conventions import require_choice
from reference.errors import ShapeError
from reference.initializers.base import Shape, require_lengths

LAYOUTS = ("in_out", "out_in")
"""Order of the axes of a matrix: (D, M) or (M, D), with D inputs and M outputs."""


def require_layout(owner: str, layout: object) -> str:
    """Return ``layout`` if it is one of ``LAYOUTS``."""
    return require_choice(owner, "layout", layout, LAYOUTS)


def fans(owner: str, shape: Shape, layout: str) -> tuple[int, int]:
    """Return fan-in and fan-out.

    A matrix follows ``layout``. A weight with more axes belongs to a convolution and is
    (F, C, kernel axes...) under every layout: fan-in is C and fan-out is F, both times
    the number of entries of one kernel.

    Parameters
    ----------
    owner
        Class that asks, for the message.

    Raises
    ------
    ShapeError
        If there are fewer than two axes.
    """
    require_lengths(owner, shape)
    if len(shape) < 2:
        raise ShapeError(f"{owner}: shape must have at least 2 axes, got {shape}")
    first, second, *kernel = shape
    if kernel:
        entries = math.prod(kernel)
        return second * entries, first * entries
    return (first, second) if layout == "in_out" else (second, first)
