"""Operations: the reference answer, and inputs to ask for, by name of the component."""

import difflib
import inspect
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from reference.discovery import public_classes
from reference.errors import ConventionError
from reference.operations.base import Array, Arrays, Family, Operation

__all__ = [
    "Array",
    "Arrays",
    "Family",
    "Operation",
    "create",
    "is_known",
    "names",
    "suggested",
]


def names() -> list[str]:
    """Return the names of all operations, sorted."""
    return list(_names())


def create(name: str, **conventions: Any) -> Operation:
    """Return the operation called ``name`` under the given conventions.

    Raises
    ------
    ConventionError
        If there is no such operation, it has no such convention, or the convention
        does not have this value. The message names what is near, or what there is.
    """
    made = _class(name)
    if made is None:
        raise ConventionError(f"operation must be {suggested(name)}, got {name!r}")
    known = inspect.signature(made).parameters
    for convention in conventions:
        if convention not in known:
            choice = f"one of {', '.join(known)}" if known else "left out"
            raise ConventionError(
                f"{name}: convention must be {choice}, got {convention!r}"
            )
    try:
        operation = made(**conventions)
    except (TypeError, ValueError) as fault:
        raise ConventionError(f"{name}: {fault}") from fault
    operation.conventions = conventions
    return operation


def is_known(name: str) -> bool:
    """Tell whether there is an operation of this name."""
    return _class(name) is not None


def suggested(name: str) -> str:
    """Return what a name that is not known may stand for, as part of a sentence."""
    near = difflib.get_close_matches(name, names(), cutoff=0.5)
    return f"known, such as {' or '.join(near)}" if near else f"one of {_all()}"


def _all() -> str:
    return ", ".join(names())


@cache
def _class(name: str) -> type[Operation] | None:
    """Return the operation of the module of this name; no other one is imported."""
    module = f"{__name__}.{name}"
    if not name.isidentifier() or find_spec(module) is None:
        return None
    for value in vars(import_module(module)).values():
        if (
            inspect.isclass(value)
            and issubclass(value, Operation)
            and getattr(value, "name", None) == name
        ):
            return value
    return None


@cache
def _names() -> tuple[str, ...]:
    found = public_classes(sys.modules[__name__])
    return tuple(sorted(one.name for one in found if issubclass(one, Operation)))
