"""The absolute error."""

import numpy as np

from reference.losses.entrywise import EntrywiseLoss
from reference.protocols import Array


class L1(EntrywiseLoss):
    """Absolute difference of predictions and targets, averaged over all entries.

    Parameters
    ----------
    reduction
        ``"mean"`` divides by the number of entries, ``"example_mean"`` by the number
        of examples, ``"sum"`` by nothing.

    Notes
    -----
    With ``d = predictions - targets`` the loss of an entry is ``|d|`` and its
    derivative ``sign(d)``. There is no derivative at 0, where any number from -1 to 1
    is a subgradient; we take 0.

    References
    ----------
    Boyd and Vandenberghe: "Convex Optimization" (2004), section 6.1.

    Examples
    --------
    >>> L1().forward(np.array([[3.0, 1.0]]), np.array([[1.0, 2.0]]))
    1.5
    """

    def value_and_slope(
        self, predictions: Array, targets: Array
    ) -> tuple[Array, Array]:
        """Return the distance of each entry and the sign of the difference."""
        difference = predictions - targets
        return np.abs(difference), np.sign(difference)
