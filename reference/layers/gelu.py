"""The Gaussian error linear unit, exact and in its approximation by tanh."""

import math
from typing import ClassVar

import numpy as np

from reference.conventions import require_choice
from reference.error_function import erfc
from reference.layers.elementwise import Elementwise
from reference.layers.sigmoid import Sigmoid
from reference.protocols import Array

_CUBIC = 0.044715

_LIMIT = 64.0
"""Beyond it both gates are 0 or 1 to the last digit, and flat; powers may overflow."""


class GELU(Elementwise):
    """Multiply each entry ``x`` by the probability that a normal number is below it.

    Parameters
    ----------
    approximation
        ``"none"``: ``out = x * Phi(x)`` with the standard normal distribution function
        ``Phi(x) = (1 + erf(x / sqrt(2))) / 2``. The default.
        ``"tanh"``: ``out = x * (1 + tanh(u)) / 2`` with
        ``u = sqrt(2/pi) * (x + 0.044715 * x**3)``. It differs from the first by up to
        ``5e-4``, and so does its derivative by up to ``9e-4``.

    Notes
    -----
    The derivatives are ``Phi(x) + x * phi(x)`` with the normal density
    ``phi(x) = exp(-x**2 / 2) / sqrt(2*pi)``, and ``(1 + tanh(u)) / 2 +
    x * (1 - tanh(u)**2) / 2 * u'``. To keep the digits of the left tail, where
    ``1 + erf`` and ``1 + tanh`` cancel, ``Phi(x)`` is computed as
    ``erfc(-x / sqrt(2)) / 2`` and ``(1 + tanh(u)) / 2`` as ``sigmoid(2*u)``.

    References
    ----------
    Hendrycks and Gimpel: "Gaussian Error Linear Units (GELUs)" (2016), section 2. CMU
    11-785, homework 1 part 1, recent editions.

    Examples
    --------
    >>> GELU().forward(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [-0.0, 0.0, 1000.0]
    """

    approximations: ClassVar[tuple[str, ...]] = ("none", "tanh")

    def __init__(self, approximation: str = "none") -> None:
        super().__init__()
        self.approximation = require_choice(
            "GELU", "approximation", approximation, self.approximations
        )

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return the unit in the chosen form and its derivative."""
        near = np.clip(x, -_LIMIT, _LIMIT)
        form = _exact if self.approximation == "none" else _by_tanh
        gate, slope = form(near)
        return x * gate, gate + x * slope


def _exact(x: Array) -> tuple[Array, Array]:
    density = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return 0.5 * erfc(x * -math.sqrt(0.5)), density


def _by_tanh(x: Array) -> tuple[Array, Array]:
    scale = 2.0 * math.sqrt(2.0 / math.pi)
    gate, slope = Sigmoid().value_and_slope(scale * (x + _CUBIC * x**3))
    return gate, slope * (scale * (1.0 + 3.0 * _CUBIC * x**2))
