"""Xavier initialisation, also named after Glorot, in the scalings that are printed."""

from reference.conventions import require_choice
from reference.initializers.base import Shape
from reference.initializers.centred import CentredInitializer
from reference.initializers.fans import fans, require_layout
from reference.initializers.gains import SQUARED_GAINS, require_gain

VARIANCES = ("2/(in+out)", "1/(in+out)", "1/in")


class Xavier(CentredInitializer):
    """Draw a weight whose variance depends on fan-in and fan-out.

    Parameters
    ----------
    variance
        Before the gain, in terms of fan-in and fan-out:

        - ``"2/(in+out)"``: a compromise between activations and gradients. The
          default. Glorot and Bengio.
        - ``"1/(in+out)"``: half of it. Penn CIS 4190/5190, lecture 12, as printed.
        - ``"1/in"``: LeCun's rule, which many lectures call Xavier as well.
    distribution
        ``"normal"`` or ``"uniform"``.
    gain
        The activation that follows; its square multiplies the variance. ``"linear"``
        or ``"sigmoid"`` (1), ``"tanh"`` (25/9), ``"relu"`` (2).
    layout
        ``"in_out"`` for matrices (D, M), ``"out_in"`` for (M, D).

    Notes
    -----
    The uniform bound of Glorot's form is ``sqrt(6 / (in + out))``.

    References
    ----------
    Glorot, Bengio: "Understanding the difficulty of training deep feedforward neural
    networks" (2010). LeCun et al.: "Efficient BackProp" (1998).

    Examples
    --------
    >>> Xavier().moments((3, 5))
    (0.0, 0.25)
    """

    def __init__(
        self,
        variance: str = "2/(in+out)",
        distribution: str = "normal",
        gain: str = "linear",
        layout: str = "in_out",
    ) -> None:
        super().__init__(distribution)
        self.rule = require_choice("Xavier", "variance", variance, VARIANCES)
        self.gain = require_gain("Xavier", gain)
        self.layout = require_layout("Xavier", layout)

    def variance(self, shape: Shape) -> float:
        """Return the variance under the chosen rule."""
        fan_in, fan_out = fans("Xavier", shape, self.layout)
        rules = {
            "2/(in+out)": 2.0 / (fan_in + fan_out),
            "1/(in+out)": 1.0 / (fan_in + fan_out),
            "1/in": 1.0 / fan_in,
        }
        return SQUARED_GAINS[self.gain] * rules[self.rule]
