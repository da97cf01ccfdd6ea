"""What convolution and transposed convolution share: a weight, a bias, their checks."""

from abc import ABC, abstractmethod
from math import prod

import numpy as np

from reference.arrays import require_floats, require_shape
from reference.conventions import require_flag
from reference.errors import ShapeError
from reference.protocols import Array
from reference.windows import AXES, Sizes, Windows, along_axes


class Filters(ABC):
    """Hold a weight of one filter for each pair of channels, and perhaps a bias.

    Parameters
    ----------
    windows
        Where the filters lie.
    weight_shape
        Shape of ``params["weight"]``.
    channels
        Channels of the input and of the output.
    bias
        Whether there is a ``params["bias"]``, one number for each output channel.
    rng
        Draws the weight from a normal distribution of variance 1 over the number of
        products in an output at stride 1. Without it the weight is zero, for callers
        who set ``params`` themselves. The bias starts at zero in both cases.
    """

    def __init__(
        self,
        windows: Windows,
        weight_shape: Sizes,
        channels: tuple[int, int],
        *,
        bias: bool,
        rng: np.random.Generator | None,
    ) -> None:
        owner = type(self).__name__
        require_flag(owner, "bias", bias)
        self.windows = windows
        self.in_channels, self.out_channels = channels
        self._shapes: dict[str, Sizes] = {"weight": weight_shape}
        if bias:
            self._shapes["bias"] = (self.out_channels,)
        self.params = {name: np.zeros(shape) for name, shape in self._shapes.items()}
        if rng is not None:
            products = prod(weight_shape) // self.out_channels
            self.params["weight"] = rng.normal(0.0, products**-0.5, weight_shape)
        self.grads: dict[str, Array] = {}

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """Return the number of axes that the windows slide over."""

    def _check(self, x: Array) -> None:
        """Raise unless ``x`` and the parameters are real and fit each other."""
        owner = type(self).__name__
        for name, array in {"x": x, **self.params}.items():
            require_floats(owner, name, array)
        for name, shape in self._shapes.items():
            require_shape(owner, name, self.params[name], shape)
        if x.ndim != 2 + self.dimensions or x.shape[1] != self.in_channels:
            wanted = f"(N, {self.in_channels}, {AXES[self.dimensions]})"
            raise ShapeError(f"{owner}: x must be {wanted}, got {x.shape}")

    def _add_bias(self, images: Array) -> Array:
        """Add the bias to (G, H, F, ...), in place, and return that."""
        if "bias" in self.params:
            others = (1,) * (images.ndim - 3)
            images += self.params["bias"].reshape(len(images), 1, -1, *others)
        return images

    def _replace_grads(self, grad_weight: Array, images: Array) -> None:
        """Set ``grads``; ``images`` is the gradient for (G, H, F, ...).

        The bias is added everywhere, so its gradient is a sum.
        """
        self.grads = {"weight": grad_weight}
        if "bias" in self.params:
            others = 1, *range(3, images.ndim)
            self.grads["bias"] = images.sum(axis=others).reshape(self.out_channels)


def require_channels(
    owner: str, in_channels: int, out_channels: int, groups: int = 1
) -> None:
    """Raise ``ValueError`` unless both sides have channels that groups divide."""
    for name, value in (
        ("in_channels", in_channels),
        ("out_channels", out_channels),
        ("groups", groups),
    ):
        along_axes(owner, name, value, 1)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"{owner}: groups must divide in_channels and out_channels, "
            f"got {groups} for {in_channels} and {out_channels}"
        )
