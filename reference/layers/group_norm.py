"""Group normalisation of images."""

from operator import index
from typing import ClassVar

from reference.errors import ShapeError
from reference.layers.example_norm import ExampleNorm
from reference.protocols import Array


class GroupNorm(ExampleNorm):
    """Give each group of channels of an image mean 0 and variance 1, then scale.

    Parameters
    ----------
    groups
        G, a divisor of ``num_channels``. 1 normalises each image as a whole; with
        ``num_channels`` groups this is instance normalisation.
    num_channels
        C. ``params["gamma"]`` and ``params["beta"]`` are (C,).
    eps
        Keeps the divisor away from 0. With 0 a group of equal entries is refused.

    Notes
    -----
    For ``x`` of shape (N, C, H, W), group g of an image holds its channels ``g*C/G`` to
    ``(g + 1)*C/G - 1``. With the mean and the biased variance of its M = C/G*H*W
    entries, ``x_hat = (x - mean) / sqrt(var + eps)``, ``out = gamma * x_hat + beta``.
    With ``h = grad_out * gamma`` and sums over the group, ``grad_x = (h - sum(h)/M -
    x_hat * sum(h * x_hat)/M) / sqrt(var + eps)``.

    References
    ----------
    Wu, He: "Group Normalization" (2018); Stanford CS231n, assignment 2.

    Examples
    --------
    >>> layer = GroupNorm(2, 2, eps=0.0)
    >>> layer.forward(np.array([[[[1.0, 5.0]], [[7.0, 6.0]]]])).tolist()
    [[[[-1.0, 1.0]], [[1.0, -1.0]]]]
    """

    kind: ClassVar[str] = "group"
    axes: ClassVar[str] = "ncs->c"

    def __init__(self, groups: int, num_channels: int, eps: float = 1e-5) -> None:
        if index(groups) < 1 or num_channels < 1 or num_channels % groups:
            raise ValueError(
                "GroupNorm: groups must be a divisor of num_channels, "
                f"got {groups} and {num_channels}"
            )
        super().__init__(num_channels, eps)
        self.groups = groups
        self.num_channels = num_channels

    def check_input(self, x: Array) -> None:
        """Raise ``ShapeError`` unless ``x`` is (N, C, H, W) and not empty."""
        if x.ndim != 4 or x.shape[1] != self.num_channels or not x.size:
            raise ShapeError(
                f"GroupNorm: x must be (N, {self.num_channels}, H, W) and not empty, "
                f"got {x.shape}"
            )

    def rows(self, array: Array) -> Array:
        """Return (N*G, C/G*H*W)."""
        return array.reshape(len(array) * self.groups, -1)

    def by_feature(self, array: Array) -> Array:
        """Return (N, C, H*W)."""
        return array.reshape(*array.shape[:2], -1)
