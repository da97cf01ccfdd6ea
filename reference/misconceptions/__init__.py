"""Known wrong variants of each operation: one module per operation, found by name."""

import sys

from reference.discovery import modules
from reference.errors import ConventionError
from reference.misconceptions.base import Misconception, VisibleOn
from reference.operations import names

__all__ = ["Misconception", "VisibleOn", "for_operation"]


def for_operation(name: str) -> tuple[Misconception, ...]:
    """Return the misconceptions about the operation called ``name``.

    Raises
    ------
    ConventionError
        If there is no such operation.
    """
    known = names()
    if name not in known:
        raise ConventionError(
            f"operation must be one of {', '.join(known)}, got {name!r}"
        )
    return tuple(
        entry
        for module in modules(sys.modules[__name__])
        for entry in getattr(module, "MISCONCEPTIONS", ())
        if entry.operation == name
    )
