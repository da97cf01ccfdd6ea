"""Switch layers between training and evaluation."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from reference.conventions import require_choice

MODES = ("training", "evaluation")


@runtime_checkable
class HasMode(Protocol):
    """A layer that does something else in training, such as dropout."""

    mode: str


def set_mode(layers: Iterable[object], mode: str) -> None:
    """Set ``mode`` on those layers that have one; the others are the same in both.

    Raises
    ------
    ConventionError
        If there is no such mode.
    """
    require_choice("set_mode", "mode", mode, MODES)
    for layer in layers:
        if isinstance(layer, HasMode):
            layer.mode = mode
