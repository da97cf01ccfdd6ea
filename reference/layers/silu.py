"""The sigmoid linear unit, also known as swish."""

from reference.layers.elementwise import Elementwise
from reference.layers.sigmoid import Sigmoid
from reference.protocols import Array


class SiLU(Elementwise):
    """Multiply each entry ``x`` by ``sigmoid(x)``.

    Notes
    -----
    With ``s = sigmoid(x)`` the derivative is ``s + x * s * (1 - s)``. It is slightly
    negative to the left of about -1.28, where the function has its minimum.

    References
    ----------
    Elfwing, Uchibe, Doya: "Sigmoid-Weighted Linear Units for Neural Network Function
    Approximation in Reinforcement Learning" (2018).

    Examples
    --------
    >>> SiLU().forward(np.array([0.0, 1000.0])).tolist()
    [0.0, 1000.0]
    """

    def value_and_slope(self, x: Array) -> tuple[Array, Array]:
        """Return ``x * sigmoid(x)`` and its derivative."""
        gate, slope = Sigmoid().value_and_slope(x)
        return x * gate, gate + x * slope
