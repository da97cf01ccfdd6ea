"""LeNet for small images: two rounds of convolution and pooling, then affine layers."""

import numpy as np

from reference.conventions import require_choice
from reference.initializers.kaiming import Kaiming
from reference.layers.average_pool2d import AveragePool2d
from reference.layers.conv2d import Conv2d
from reference.layers.elementwise import Elementwise
from reference.layers.flatten import Flatten
from reference.layers.linear import Linear
from reference.layers.max_pool2d import MaxPool2d
from reference.layers.relu import ReLU
from reference.layers.tanh import Tanh
from reference.networks.sequential import Sequential
from reference.protocols import Layer

ACTIVATIONS: dict[str, type[Elementwise]] = {"relu": ReLU, "tanh": Tanh}
POOLINGS: dict[str, type[MaxPool2d | AveragePool2d]] = {
    "max": MaxPool2d,
    "average": AveragePool2d,
}
KERNEL = 3
WINDOW = 2


class LeNet(Sequential):
    """Classify square images: two feature layers with pooling, two affine layers.

    Parameters
    ----------
    rng
        Draws the weights, Kaiming with the gain of the activation. Biases start at
        zero.
    side
        Height and width of an image, a multiple of 4.
    channels, classes
        Of an image, and to tell apart.
    maps
        Number of feature maps of the two convolutions.
    hidden
        Units of the first affine layer.
    activation
        ``"relu"`` or ``"tanh"``.
    pooling
        ``"max"`` or ``"average"``.

    Notes
    -----
    (N, C, side, side) -> convolution 3x3 that keeps the size, activation, pooling 2x2
    without overlap; the same with more maps; rows; affine, activation, affine: (N,
    classes) logits. For the digits of this package, side 8: 6 maps of 8x8, then 4x4, 12
    maps of 4x4, then 2x2, 48 features.

    The paper has 32x32 images, kernels of 5x5, maps that see only some of the maps
    before, tanh, average pooling with trained factors, and radial basis functions at
    the end. The default is what the name stands for in lectures today.

    References
    ----------
    LeCun, Bottou, Bengio, Haffner: "Gradient-Based Learning Applied to Document
    Recognition" (1998). Toronto CSC 311, lecture 6.

    Examples
    --------
    >>> network = LeNet(np.random.default_rng(0))
    >>> network.forward(np.ones((5, 1, 8, 8))).shape
    (5, 10)
    """

    def __init__(
        self,
        rng: np.random.Generator,
        *,
        side: int = 8,
        channels: int = 1,
        classes: int = 10,
        maps: tuple[int, int] = (6, 12),
        hidden: int = 32,
        activation: str = "relu",
        pooling: str = "max",
    ) -> None:
        require_choice("LeNet", "activation", activation, ACTIVATIONS)
        require_choice("LeNet", "pooling", pooling, POOLINGS)
        if side < 1 or side % WINDOW**2:
            raise ValueError(f"LeNet: side must be a multiple of 4, got {side}")
        first, second = maps
        act, pool = ACTIVATIONS[activation], POOLINGS[pooling]
        features = second * (side // WINDOW**2) ** 2
        layers: list[Layer] = [
            Conv2d(channels, first, KERNEL, padding="same"),
            act(),
            pool(WINDOW),
            Conv2d(first, second, KERNEL, padding="same"),
            act(),
            pool(WINDOW),
            Flatten(),
            Linear(features, hidden),
            act(),
            Linear(hidden, classes),
        ]
        weights = Kaiming(gain=activation)
        for layer in layers:
            if "weight" in layer.params:
                shape = layer.params["weight"].shape
                layer.params["weight"] = weights.sample(rng, shape)
        super().__init__(layers)
