"""Numbers of size ``m**-0.5`` for a unit with m inputs."""

from reference.initializers.base import Shape
from reference.initializers.centred import CentredInitializer
from reference.initializers.fans import fans, require_layout


class InverseRoot(CentredInitializer):
    """Draw a weight of size ``m**-0.5``, with m the fan-in.

    Parameters
    ----------
    distribution
        ``"uniform"`` takes ``m**-0.5`` as the bound: U(-m**-0.5, m**-0.5), whose
        variance is 1/(3 m). ``"normal"`` takes it as the standard deviation: variance
        1/m.
    layout
        ``"in_out"`` for matrices (D, M), ``"out_in"`` for (M, D).

    Notes
    -----
    Neither keeps the size of activations behind a ReLU, which halves their square.

    References
    ----------
    Goodfellow, Bengio, Courville: "Deep Learning" (2016), section 8.4 (uniform).

    Examples
    --------
    >>> InverseRoot("normal").moments((4, 3))
    (0.0, 0.25)
    """

    def __init__(self, distribution: str = "uniform", layout: str = "in_out") -> None:
        super().__init__(distribution)
        self.layout = require_layout("InverseRoot", layout)

    def variance(self, shape: Shape) -> float:
        """Return 1/m, or a third of it for the uniform distribution."""
        inputs, _ = fans("InverseRoot", shape, self.layout)
        return 1.0 / inputs if self.distribution == "normal" else 1.0 / (3.0 * inputs)
