"""Operations: the reference answer, and inputs to ask for, by name of the component."""

import inspect
import sys
from collections.abc import Callable
from typing import Any

from reference.discovery import public_classes
from reference.errors import ConventionError
from reference.operations.base import Array, Arrays, Family, Operation

__all__ = ["Array", "Arrays", "Family", "Operation", "create", "names"]


def names() -> list[str]:
    """Return the names of all operations, sorted."""
    return sorted(_classes())


def create(name: str, **conventions: Any) -> Operation:
    """Return the operation called ``name`` under the given conventions.

    Raises
    ------
    ConventionError
        If there is no such operation, it has no such convention, or the convention
        does not have this value. The message names what there is.
    """
    classes = _classes()
    if name not in classes:
        raise ConventionError(
            f"operation must be one of {', '.join(sorted(classes))}, got {name!r}"
        )
    known = inspect.signature(classes[name]).parameters
    for convention in conventions:
        if convention not in known:
            choice = f"one of {', '.join(known)}" if known else "left out"
            raise ConventionError(
                f"{name}: convention must be {choice}, got {convention!r}"
            )
    try:
        return classes[name](**conventions)
    except (TypeError, ValueError) as fault:
        raise ConventionError(f"{name}: {fault}") from fault


def _classes() -> dict[str, Callable[..., Operation]]:
    return {
        found.name: found
        for found in public_classes(sys.modules[__name__])
        if issubclass(found, Operation)
    }
