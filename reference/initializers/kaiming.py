"""Kaiming initialisation, also named after He, for layers in front of a ReLU."""

from reference.conventions import require_choice
from reference.initializers.base import Shape
from reference.initializers.centred import CentredInitializer
from reference.initializers.fans import fans, require_layout
from reference.initializers.gains import SQUARED_GAINS, require_gain

FANS = ("in", "out")


class Kaiming(CentredInitializer):
    """Draw a weight of variance ``gain**2 / fan``.

    Parameters
    ----------
    distribution
        ``"normal"`` or ``"uniform"``.
    fan
        ``"in"`` keeps the size of activations from layer to layer, ``"out"`` that of
        gradients.
    gain
        The activation that follows: ``"relu"`` (gain**2 = 2), ``"linear"`` or
        ``"sigmoid"`` (1), ``"tanh"`` (25/9).
    layout
        ``"in_out"`` for matrices (D, M), ``"out_in"`` for (M, D).

    Notes
    -----
    With the default gain this is N(0, 2/D). The uniform bound is
    ``gain * sqrt(3 / fan)``.

    References
    ----------
    He et al.: "Delving Deep into Rectifiers" (2015). Penn CIS 4190/5190, lecture 12:
    N(0, 2/d_in).

    Examples
    --------
    >>> Kaiming().moments((50, 3))
    (0.0, 0.04)
    """

    def __init__(
        self,
        distribution: str = "normal",
        fan: str = "in",
        gain: str = "relu",
        layout: str = "in_out",
    ) -> None:
        super().__init__(distribution)
        self.fan = require_choice("Kaiming", "fan", fan, FANS)
        self.gain = require_gain("Kaiming", gain)
        self.layout = require_layout("Kaiming", layout)

    def variance(self, shape: Shape) -> float:
        """Return ``gain**2 / fan``."""
        fan = fans("Kaiming", shape, self.layout)[FANS.index(self.fan)]
        return SQUARED_GAINS[self.gain] / fan
