"""The layers inside of layers."""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from reference.protocols import Parameters


@runtime_checkable
class HasLayers(Protocol):
    """A layer that is made of layers."""

    layers: Sequence[Parameters]


def leaves(layers: Iterable[Parameters]) -> list[Parameters]:
    """Return the innermost layers in order; one without ``layers`` is innermost."""
    found: list[Parameters] = []
    for layer in layers:
        if isinstance(layer, HasLayers):
            found.extend(leaves(layer.layers))
        else:
            found.append(layer)
    return found
