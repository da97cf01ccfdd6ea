"""LeNet as an operation, its parameters under the names of their layers."""

from typing import Any

import numpy as np

from reference.arrays import (
    after_forward,
    require_floats,
    require_shape,
    require_upstream,
)
from reference.errors import ShapeError
from reference.layers.max_pool2d import MaxPool2d
from reference.layers.relu import ReLU
from reference.networks.lenet import WINDOW
from reference.networks.lenet import LeNet as LeNetNetwork
from reference.operations.base import Array, Arrays
from reference.operations.draws import signed
from reference.operations.one_kink import OneKink, coarsened, is_alone
from reference.operations.reach import reach as moved_by
from reference.operations.relations import Relation, independent_examples

PARAMETERS = tuple(
    f"{layer}_{name}"
    for layer in ("conv1", "conv2", "linear1", "linear2")
    for name in ("weight", "bias")
)
# Examples, side, maps, hidden units, classes.
SIZES = (
    (3, 8, (2, 3), 5, 4),
    (4, 4, (3, 2), 7, 3),
    (1, 4, (2, 3), 5, 4),
)
SCALE = 0.5
FAR_FROM_ZERO = 4.0
"""Scale of images and filters before ReLU: the larger, the farther sums are from 0."""

ENOUGH = 2.0**-8
"""Margin that a draw must have."""
COARSE = 2.0**-4
"""Spacing of inputs of which every sum of products in the network is exact."""
NEAR = 2.0**-14
"""Margin of inputs with one sum at 0, apart from that sum."""
BEFORE = 8
"""Number of layers in front of the last nonlinearity."""


class NamedLeNet:
    """LeNet whose parameters have the names of their layers in place of positions.

    Parameters
    ----------
    sizes
        Of ``reference.networks.lenet``, with ``activation`` and ``pooling``.
    """

    def __init__(self, **sizes: Any) -> None:
        self._network = LeNetNetwork(np.random.default_rng(0), **sizes)
        self._image = (sizes["channels"], sizes["side"], sizes["side"])
        self._classes = sizes["classes"]
        self._owned = dict(zip(PARAMETERS, self._network.params, strict=True))
        self.params: dict[str, Array] = self._named(self._network.params)
        self.grads: dict[str, Array] = {}
        self._shapes = {name: array.shape for name, array in self.params.items()}
        self._examples: int | None = None

    def forward(self, x: Array) -> Array:
        """Return (N, classes) for ``x`` of shape (N, channels, side, side).

        Raises
        ------
        ShapeError
            If ``x`` or a parameter does not have its shape.
        """
        layers = self.filled()
        require_floats("NamedLeNet", "x", x)
        if x.shape[1:] != self._image:
            expected = ", ".join(map(str, ("N", *self._image)))
            raise ShapeError(f"NamedLeNet: x must be ({expected}), got {x.shape}")
        self._examples = len(x)
        return layers.forward(x)

    def backward(self, grad_out: Array) -> Array:
        """Turn (N, classes) into the gradient for ``x`` and replace ``grads``.

        Raises
        ------
        CallOrderError
            If ``forward`` has not run.
        ShapeError
            If ``grad_out`` does not have the shape of the output.
        """
        examples = after_forward("NamedLeNet", self._examples)
        require_upstream("NamedLeNet", grad_out, (examples, self._classes))
        grad_x = self._network.backward(grad_out)
        self.grads = self._named(self._network.grads)
        return grad_x

    def filled(self) -> LeNetNetwork:
        """Return the network with ``params`` put into its layers."""
        for name, shape in self._shapes.items():
            require_floats("NamedLeNet", name, self.params[name])
            require_shape("NamedLeNet", name, self.params[name], shape)
        self._network.params = {
            owned: self.params[name] for name, owned in self._owned.items()
        }
        return self._network

    def _named(self, arrays: Arrays) -> dict[str, Array]:
        return {name: arrays[owned] for name, owned in self._owned.items()}


class LeNet(OneKink):
    """Two convolutions and two affine layers for ``x`` (N, 1, side, side).

    The default is smooth. Images and filters in front of ReLU are larger, so that no
    sum is drawn near 0, and those of tanh with max pooling have 4 rows and columns in
    place of 8, so that no window has two entries that are nearly the largest.

    Parameters
    ----------
    activation, pooling
        See ``reference.networks.lenet``.
    """

    name = "lenet"
    formula = """
        a1 = pool(act(conv(x, conv1_weight, conv1_bias)))
        a2 = pool(act(conv(a1, conv2_weight, conv2_bias)))
        a3 = act(rows(a2) @ linear1_weight + linear1_bias)
        out = a3 @ linear2_weight + linear2_bias
        conv: cross-correlation, 3x3, one row and column of zeros on each side
        pool: windows of 2x2 without overlap; rows: channels, then rows, then columns
        d3 = (grad_out @ linear2_weight.T) * act'
        d2 = act' * unpool(d3 @ linear1_weight.T as maps)
        d1 = act' * unpool(conv_transposed(d2, conv2_weight))
        grad_linear2_weight = a3.T @ grad_out
        grad_linear1_weight = rows(a2).T @ d3
        grad_conv2_weight, grad_conv1_weight: products of d2 with a1, of d1 with x,
            summed over examples and places
        each grad_bias: the sum of grad_out, d3, d2 or d1 over examples and places
        grad_x = conv_transposed(d1, conv1_weight)
    """
    not_differentiable = (
        "where a sum in front of ReLU is 0 or the two largest entries of a window of "
        "max pooling are equal"
    )
    # What comes after the hidden units moves none of their sums.
    moves_kinks = PARAMETERS[:-2]
    inputs = ("x", *PARAMETERS)
    parameters = PARAMETERS
    differentiable = inputs
    square = ("x", "conv1_weight", "conv2_weight")
    example_conventions = (
        {},
        {"activation": "relu", "pooling": "max"},
        {"pooling": "max"},
    )

    def __init__(self, activation: str = "tanh", pooling: str = "average") -> None:
        LeNetNetwork(np.random.default_rng(0), activation=activation, pooling=pooling)
        self.activation, self.pooling = activation, pooling

    @property
    def relations(self) -> tuple[Relation, ...]:
        """Return that backward is linear and that examples do not meet."""
        every = independent_examples(("x", "grad_out"), ("out", "grad_x"))
        return (*super().relations, every)

    def draw(self, rng: np.random.Generator, *, variant: int = 0) -> dict[str, Array]:
        """Draw ``x``, the parameters and ``grad_out``, again until nothing is near."""
        scale = FAR_FROM_ZERO if self.activation == "relu" else SCALE
        while self.margin(arrays := self._drawn(rng, variant, scale)) < ENOUGH:
            pass
        return arrays

    def kinked(
        self, rng: np.random.Generator, *, variant: int = 0
    ) -> dict[str, Array] | None:
        """Draw inputs with which one hidden unit of one example is exactly at 0.

        Its bias makes up for all else in its sum.
        """
        if self.activation != "relu":
            return None
        while True:
            arrays = coarsened(self._drawn(rng, variant, 1.0), COARSE)
            bias = arrays["linear1_bias"]
            n, unit = rng.integers(len(arrays["x"])), rng.integers(len(bias))
            bias[unit] -= self._hidden_sums(arrays)[n, unit]
            apart = {**arrays, "linear1_bias": bias + np.eye(len(bias))[unit]}
            is_near = self.margin(apart) < NEAR
            if is_alone(self._hidden_sums(arrays)) and not is_near:
                return arrays

    def through_kink(self, arrays: Arrays) -> dict[str, Array]:
        """Return what the gradients gain if the slope at 0 is 1.

        A network in which this hidden unit alone is passed on, and switched on by its
        bias, has no other gradients.
        """
        at_kink = np.argwhere(self._hidden_sums(arrays) == 0.0)
        if self.activation != "relu" or len(at_kink) != 1:
            return {}
        n, unit = at_kink[0]
        chosen = np.eye(len(arrays["linear1_bias"]))[unit]
        alone = {
            **arrays,
            "x": arrays["x"][[n]],
            "grad_out": arrays["grad_out"][[n]],
            "linear1_bias": arrays["linear1_bias"] + chosen,
            "linear2_weight": arrays["linear2_weight"] * chosen[:, np.newaxis],
        }
        answer = self.answer(alone)
        grad_x = np.zeros_like(arrays["x"])
        grad_x[n] = answer["grad_x"][0]
        gains = {f"grad_{name}": answer[f"grad_{name}"] for name in PARAMETERS[:-2]}
        return gains | {"grad_x": grad_x}

    def _hidden_sums(self, arrays: Arrays) -> Array:
        """Return the sums in front of the last nonlinearity, (N, hidden)."""
        value = arrays["x"]
        for layer in self.layer(arrays).filled().layers[:BEFORE]:
            value = layer.forward(value)
        return value

    def _drawn(
        self, rng: np.random.Generator, variant: int, scale: float
    ) -> dict[str, Array]:
        """Draw with so large images and filters."""
        count, side, (first, second), hidden, classes = SIZES[variant]
        if self.activation == "tanh" and self.pooling == "max":
            side = min(side, 4)
        features = second * (side // WINDOW**2) ** 2
        # A bias that is tiny beside its sum is lost where digits are few.
        is_relu = self.activation == "relu"
        once, twice = (scale**2, scale**3) if is_relu else (SCALE, SCALE)
        return {
            "x": signed(rng, (count, 1, side, side), scale=scale),
            "conv1_weight": signed(rng, (first, 1, 3, 3), scale=scale),
            "conv1_bias": signed(rng, (first,), scale=once),
            "conv2_weight": signed(rng, (second, first, 3, 3), scale=scale),
            "conv2_bias": signed(rng, (second,), scale=twice),
            "linear1_weight": signed(rng, (features, hidden), scale=SCALE),
            "linear1_bias": signed(rng, (hidden,), scale=twice),
            "linear2_weight": signed(rng, (hidden, classes), scale=SCALE),
            "linear2_bias": signed(rng, (classes,), scale=twice),
            "grad_out": signed(rng, (count, classes)),
        }

    def layer(self, arrays: Arrays) -> NamedLeNet:
        """Return a network that holds the parameters."""
        layer = NamedLeNet(
            **self.sizes(arrays), activation=self.activation, pooling=self.pooling
        )
        layer.params = {name: arrays[name] for name in PARAMETERS}
        return layer

    def sizes(self, arrays: Arrays) -> dict[str, Any]:
        """Return ``side``, ``channels``, ``classes``, ``maps`` and ``hidden``."""
        hidden, classes = arrays["linear2_weight"].shape
        second, first, *_ = arrays["conv2_weight"].shape
        return {
            "side": arrays["x"].shape[2],
            "channels": arrays["x"].shape[1],
            "classes": classes,
            "maps": [first, second],
            "hidden": hidden,
        }

    def margin(self, arrays: Arrays) -> float:
        """Return how far one input may move at least without reaching a kink."""
        reach, margin, value = 0.0, np.inf, arrays["x"]
        for layer in self.layer(arrays).filled().layers:
            if "weight" in layer.params:
                reach = moved_by(layer.params["weight"], value, reach)
            elif isinstance(layer, ReLU):
                margin = min(margin, np.min(np.abs(value)) / reach)
            elif isinstance(layer, MaxPool2d):
                margin = min(margin, _lead(value) / (2 * reach))
            value = layer.forward(value)
        return float(margin)


def _lead(maps: Array) -> float:
    """Return the least lead of the largest entry of a window over the second.

    Windows of zeros are left out: what ReLU has set to 0 stays 0 if it moves.
    """
    count, channels, height, width = maps.shape
    sides = (height // WINDOW, WINDOW, width // WINDOW, WINDOW)
    windows = maps.reshape(count, channels, *sides).swapaxes(3, 4)
    *_, second, largest = np.moveaxis(
        np.sort(windows.reshape(-1, WINDOW**2), axis=1), 1, 0
    )
    return float(np.min((largest - second)[largest != 0], initial=np.inf))
