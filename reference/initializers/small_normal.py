"""Small normal numbers, whatever the shape."""

import math

from reference.initializers.base import Shape, require_lengths
from reference.initializers.centred import CentredInitializer


class SmallNormal(CentredInitializer):
    """Draw every entry from N(0, ``std**2``), whatever the size of the layer.

    Parameters
    ----------
    std
        Standard deviation, positive. It is the root of the variance.

    References
    ----------
    CMU 10-301/601, lecture 14 ("small random").

    Examples
    --------
    >>> SmallNormal(0.5).moments((3, 4))
    (0.0, 0.25)
    """

    def __init__(self, std: float = 0.01) -> None:
        super().__init__("normal")
        if not 0 < std < math.inf:
            raise ValueError(f"SmallNormal: std must be positive, got {std}")
        self.std = std

    def variance(self, shape: Shape) -> float:
        """Return ``std**2``."""
        require_lengths("SmallNormal", shape)
        return self.std**2
