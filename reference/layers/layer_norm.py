"""Layer normalisation over the last axis."""

from typing import ClassVar

from reference.errors import ShapeError
from reference.layers.example_norm import ExampleNorm
from reference.protocols import Array


class LayerNorm(ExampleNorm):
    """Give each row mean 0 and variance 1, then scale and shift each feature.

    Parameters
    ----------
    num_features
        D. ``params["gamma"]`` and ``params["beta"]`` are (D,).
    eps
        Keeps the divisor away from 0. With 0 a row of equal entries is refused.

    Notes
    -----
    ``x_hat = (x - mean) / sqrt(var + eps)`` with the mean and the biased variance of
    the row, ``out = gamma * x_hat + beta``. With ``g = grad_out * gamma`` and sums over
    the row, ``grad_x = (g - sum(g)/D - x_hat * sum(g * x_hat)/D) / sqrt(var + eps)``,
    so each of its rows sums to zero. ``gamma`` and ``beta`` have gradients summed over
    all rows.

    References
    ----------
    Ba, Kiros, Hinton: "Layer Normalization" (2016); Stanford CS231n, assignment 2;
    CMU 10-714, homework 2.

    Examples
    --------
    >>> LayerNorm(2, eps=0.0).forward(np.array([[1.0, 5.0], [7.0, 6.0]])).tolist()
    [[-1.0, 1.0], [1.0, -1.0]]
    """

    kind: ClassVar[str] = "row"
    axes: ClassVar[str] = "rd->d"

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        if num_features < 1:
            raise ValueError(
                f"LayerNorm: num_features must be at least 1, got {num_features}"
            )
        super().__init__(num_features, eps)
        self.num_features = num_features

    def check_input(self, x: Array) -> None:
        """Raise ``ShapeError`` unless ``x`` is (..., D) and not empty."""
        if x.ndim == 0 or x.shape[-1] != self.num_features or not x.size:
            raise ShapeError(
                f"LayerNorm: x must be (..., {self.num_features}) and not empty, "
                f"got {x.shape}"
            )

    def rows(self, array: Array) -> Array:
        """Return (R, D)."""
        return array.reshape(-1, self.num_features)

    def by_feature(self, array: Array) -> Array:
        """Return (R, D)."""
        return array.reshape(-1, self.num_features)
