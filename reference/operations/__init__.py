"""Operations: the reference answer, and inputs to ask for, by name of the component."""

import difflib
import inspect
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from reference.discovery import public_classes
from reference.errors import ConventionError
from reference.operations.base import Array, Arrays, Family, Operation

__all__ = ["Array", "Arrays", "Family", "Operation", "create", "names", "suggested"]


def names() -> list[str]:
    """Return the names of all operations, sorted."""
    return sorted(_classes())


def create(name: str, **conventions: Any) -> Operation:
    """Return the operation called ``name`` under the given conventions.

    Raises
    ------
    ConventionError
        If there is no such operation, it has no such convention, or the convention
        does not have this value. The message names what is near, or what there is.
    """
    classes = _classes()
    if name not in classes:
        raise ConventionError(f"operation must be {suggested(name)}, got {name!r}")
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


def suggested(name: str) -> str:
    """Return what a name that is not known may stand for, as part of a sentence."""
    near = difflib.get_close_matches(name, names(), cutoff=0.5)
    return f"known, such as {' or '.join(near)}" if near else f"one of {_all()}"


def _all() -> str:
    return ", ".join(names())


@cache
def _classes() -> dict[str, Callable[..., Operation]]:
    return {
        found.name: found
        for found in public_classes(sys.modules[__name__])
        if issubclass(found, Operation)
    }
