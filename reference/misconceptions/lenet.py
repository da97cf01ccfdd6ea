"""What goes wrong in a LeNet that is one function."""

from functools import cache

from reference.misconceptions.backward import (
    ignored_upstream_entry,
    negated_entry,
    parameters_averaged_entry,
    parameters_doubled_entry,
)
from reference.misconceptions.base import Misconception
from reference.misconceptions.chains import Chain, Link
from reference.misconceptions.inner_mistakes import Inside, joined, of_all, of_each
from reference.networks.lenet import KERNEL, WINDOW
from reference.operations import create
from reference.operations.base import Operation

_NAME = "lenet"
_ACTIVATIONS = ("tanh", "relu")
_POOLINGS = ("average_pool2d", "max_pool2d")


@cache
def _chain(activation: str, pooling: str) -> Chain:
    conventions = {"kernel": KERNEL, "stride": 1, "padding": "same"}
    act, pool = create(activation), create(f"{pooling}_pool2d", kernel=WINDOW)
    links = []
    for number in (1, 2):
        convolution = create("conv2d", **conventions)
        links += [
            Link("convolution", convolution, _held(f"conv{number}")),
            Link("activation", act, {}),
            Link("pooling", pool, {}),
        ]
    links += [
        Link("flatten", create("flatten"), {}),
        Link("layer", create("linear"), _held("linear1")),
        Link("activation", act, {}),
        Link("layer", create("linear"), _held("linear2")),
    ]
    return Chain(tuple(links))


def _held(layer: str) -> dict[str, str]:
    return {name: f"{layer}_{name}" for name in ("weight", "bias")}


def _build(operation: Operation) -> Chain:
    given = vars(operation)
    return _chain(given["activation"], given["pooling"])


def _convolution(number: str, nth: int = 0) -> Inside:
    return Inside("convolution", ("conv2d",), number, nth)


def _layer(number: str, nth: int = 0) -> Inside:
    return Inside("layer", ("linear",), number, nth)


def _activation(number: str, nth: int = 0) -> Inside:
    return Inside("activation", _ACTIVATIONS, number, nth)


def _pooling(number: str, nth: int = 0) -> Inside:
    return Inside("pooling", _POOLINGS, number, nth)


MISCONCEPTIONS: tuple[Misconception, ...] = (
    parameters_averaged_entry(_NAME, "every gradient of a parameter is divided by N"),
    joined(
        _NAME,
        _build,
        (_layer("M03"), _convolution("M03")),
        "every layer with a weight divides all that it hands back by N",
    ),
    negated_entry(_NAME),
    ignored_upstream_entry(_NAME, "every gradient as if grad_out were one"),
    parameters_doubled_entry(_NAME, "every gradient of a parameter is doubled"),
    joined(
        _NAME,
        _build,
        (_layer("M12"), _convolution("M12")),
        "the first two axes of every gradient of a weight are exchanged",
    ),
    joined(
        _NAME,
        _build,
        (_layer("M250"), _convolution("M250")),
        "all biases are left out in forward",
    ),
    *of_all(
        _NAME,
        _build,
        *map(_convolution, ("M94", "M95", "M101", "M102", "M103", "M245")),
        _convolution("M95", 1),
        _convolution("M14"),
        _convolution("M15", 2),
        *map(_activation, ("M25", "M27", "M31", "M33", "M35", "M36", "M200", "M380")),
        *map(_pooling, ("M109", "M291", "M292")),
        _pooling("M109", 1),
        _pooling("M291", 1),
        _layer("M17"),
    ),
    *of_each(
        _NAME,
        _build,
        ("after convolution 1", "after convolution 2", "after layer 1"),
        _activation("M27"),
        _activation("M25"),
    ),
    *of_each(_NAME, _build, ("convolution 1", "convolution 2"), _convolution("M95")),
    *of_each(_NAME, _build, ("pooling 1", "pooling 2"), _pooling("M291", 1)),
)
