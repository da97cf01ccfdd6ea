"""The absolute size of the parameters as a penalty."""

import numpy as np

from reference.protocols import Array
from reference.regularizers.penalty import Penalty


class L1Penalty(Penalty):
    """Add the sum of the magnitudes of the parameters to the loss.

    Parameters
    ----------
    strength
        lambda, not negative.
    factor
        What the sum of magnitudes is multiplied by: ``"one"``: lambda, the default;
        ``"half"``: lambda/2; ``"half_over_n"``: lambda/(2m) with the number m of
        examples.
    biases
        ``"excluded"``: parameters whose name begins with ``bias`` are not penalised.
        The default; Penn CIS 4190/5190, lecture 12 ("never on intercepts").
        ``"included"``: they are.
    subset
        ``"all"``, or the indices of the layers that are penalised, from 0.
    examples
        m, for ``"half_over_n"`` only; the attribute may be set before each batch.

    Notes
    -----
    With the factor f the gradient is ``f * sign(w)``. There is no derivative where a
    parameter is 0; we take 0 there, so that a zero stays one.

    References
    ----------
    Tibshirani: "Regression Shrinkage and Selection via the Lasso" (1996).

    Examples
    --------
    >>> layer = Linear(2, 1)
    >>> layer.params["weight"] = np.array([[1.0], [-3.0]])
    >>> penalty = L1Penalty(0.5)
    >>> penalty.forward([layer])
    2.0
    >>> penalty.backward()[0]["weight"].tolist()
    [[0.5], [-0.5]]
    """

    def value_and_slope(self, parameter: Array) -> tuple[Array, Array]:
        """Return the magnitude of each entry and its sign."""
        return np.abs(parameter), np.sign(parameter)
