"""Who may open what, one module for each area of the pages.

A module states ``MATRIX``: method and endpoint to the status for each of ``VISITORS``.
It may state ``VALUES``, for placeholders of its addresses, and ``BODIES``, what is
posted to an endpoint, both as values or as functions of the world.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

from tests.web.access.visitors import VISITORS
from tests.web.seed import World

__all__ = ["BODIES", "MATRIX", "VALUES", "VISITORS", "in_world"]

Route = tuple[str, str]
MATRIX: dict[Route, tuple[int, ...]] = {}
VALUES: dict[str, Any] = {}
BODIES: dict[str, Any] = {}


def in_world(value: Any, world: World) -> Any:
    """Return a stated value, or what a stated function makes of the world."""
    stated: Callable[[World], Any] | Mapping[str, str] | str = value
    return stated(world) if callable(stated) else stated


for _found in pkgutil.iter_modules(__path__):
    _module = importlib.import_module(f"{__name__}.{_found.name}")
    _stated = getattr(_module, "MATRIX", {})
    assert not MATRIX.keys() & _stated.keys(), f"{_found.name} states a route again"
    MATRIX.update(_stated)
    VALUES.update(getattr(_module, "VALUES", {}))
    BODIES.update(getattr(_module, "BODIES", {}))
