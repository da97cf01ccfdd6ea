"""What all normalising layers share: sets of entries, their moments, the way back."""

import numpy as np

from reference.conventions import require_flag
from reference.protocols import Array


class Sets:
    """Divide the entries of an array into sets.

    Parameters
    ----------
    axes
        A letter for each axis and, after an arrow, that of the axis along which the
        sets lie: ``"nd->d"`` for columns, ``"rm->r"`` for rows.
    """

    def __init__(self, axes: str) -> None:
        self._letters, self._kept = axes.split("->")
        self._axis = self._letters.index(self._kept)

    def sums(self, *factors: Array) -> Array:
        """Return the sum of each set, or that of the products of two arrays.

        ``einsum`` needs no array for the products.
        """
        letters = ",".join(self._letters for _ in factors)
        return np.einsum(f"{letters}->{self._kept}", *factors)

    def along(self, numbers: Array) -> Array:
        """Return one number per set in a form that broadcasts over the entries."""
        return numbers.reshape(-1, *(1,) * (len(self._letters) - self._axis - 1))

    def size(self, x: Array) -> int:
        """Return how many entries a set has."""
        return x.size // x.shape[self._axis]

    def constant(self, x: Array) -> Array:
        """Return of each set whether its entries are all equal."""
        others = tuple(axis for axis in range(x.ndim) if axis != self._axis)
        return x.max(axis=others) == x.min(axis=others)


class NormalizedSets(Sets):
    """Sets of entries, each of which gets mean 0 and variance 1.

    Parameters
    ----------
    owner
        Class of the layer, for messages.
    kind
        What a set is, for messages: ``"feature"``, ``"row"``.
    axes
        See ``Sets``.
    eps
        Added to the variance or to the standard deviation, at least 0.
    eps_inside
        Whether ``eps`` is added under the root.
    """

    def __init__(
        self, owner: str, kind: str, axes: str, eps: float, *, eps_inside: bool = True
    ) -> None:
        super().__init__(axes)
        if not 0 <= eps < np.inf:
            raise ValueError(f"{owner}: eps must be finite and at least 0, got {eps}")
        self.owner = owner
        self.kind = kind
        self.eps = float(eps)
        self.eps_inside = require_flag(owner, "eps_inside", eps_inside)

    def moments(self, x: Array) -> tuple[Array, Array, Array]:
        """Return the distances from the means, the means and the variances.

        Raises
        ------
        ValueError
            If ``eps`` is 0 and a set has no variance.
        """
        count = self.size(x)
        mean = self.sums(x) / count
        centred = x - self.along(mean)
        variance = self.sums(centred, centred) / count
        if self.eps == 0:
            self._require_spread(x, variance)
        return centred, mean, variance

    def inverse(self, variance: Array) -> Array:
        """Return what the distances from the mean are multiplied by."""
        inside, outside = (self.eps, 0.0) if self.eps_inside else (0.0, self.eps)
        return np.reciprocal(np.sqrt(variance + inside) + outside)

    def steepness(self, variance: Array) -> Array:
        """Return how much faster the divisor grows than as if eps were inside.

        With ``s = sqrt(variance)`` the divisor ``s + eps`` has the derivative 1 with
        respect to s; ``sqrt(variance + eps)`` has s over itself. A set of equal
        entries has no distances that this could be multiplied with, so there it is 0.
        """
        if self.eps_inside:
            return np.ones_like(variance)
        deviation = np.sqrt(variance)
        out = np.zeros_like(variance)
        return np.divide(deviation + self.eps, deviation, out=out, where=deviation > 0)

    def pull_back(
        self, upstream: Array, mean: Array, distances: Array, share: Array
    ) -> Array:
        """Return ``upstream - mean - distances * share`` as an array of its own.

        The change of the mean takes away ``mean``, that of the variance the rest.
        """
        grad = distances * self.along(-share)
        grad += upstream
        grad -= self.along(mean)
        return grad

    def _require_spread(self, x: Array, variance: Array) -> None:
        # The rounded mean of equal entries may differ from them in its last digit.
        without = np.flatnonzero(self.constant(x) | (variance == 0))
        if without.size:
            raise ValueError(
                f"{self.owner}: x must vary within each {self.kind} when eps is 0, "
                f"got variance 0 in {self.kind} {without[0]}"
            )
