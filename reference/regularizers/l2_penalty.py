"""The squared size of the parameters as a penalty."""

from reference.protocols import Array
from reference.regularizers.penalty import Penalty


class L2Penalty(Penalty):
    """Add the sum of the squares of the parameters to the loss.

    Parameters
    ----------
    strength
        lambda, not negative.
    factor
        What the sum of squares is multiplied by:

        - ``"one"``: lambda. The default; McGill COMP 451, lecture 22, CMU 10-301/601,
          lecture 14, Penn CIS 4190/5190, lecture 12.
        - ``"half"``: lambda/2. Stanford CS231n in 2016.
        - ``"half_over_n"``: lambda/(2m) with the number m of examples. Coursera Deep
          Learning, course 2.
    biases
        ``"excluded"``: parameters whose name begins with ``bias`` are not penalised.
        The default; COMP 451, Penn ("never on intercepts"). ``"included"``: they are;
        10-301/601, where they are a column of the weight.
    subset
        ``"all"``, or the indices of the layers that are penalised, from 0: COMP 451
        penalises "certain layers".
    examples
        m, for ``"half_over_n"`` only; the attribute may be set before each batch.

    Notes
    -----
    With the factor f the gradient is ``2 * f * w``, to be added to that of the loss.

    References
    ----------
    McGill COMP 451, lecture 22, "J_reg"; Krogh and Hertz: "A Simple Weight Decay Can
    Improve Generalization" (1991).

    Examples
    --------
    >>> layer = Linear(2, 1)
    >>> layer.params["weight"] = np.array([[1.0], [3.0]])
    >>> penalty = L2Penalty(0.5)
    >>> penalty.forward([layer])
    5.0
    >>> penalty.backward()[0]["weight"].tolist()
    [[1.0], [3.0]]
    """

    def value_and_slope(self, parameter: Array) -> tuple[Array, Array]:
        """Return the square of each entry and its derivative."""
        return parameter**2, 2.0 * parameter
