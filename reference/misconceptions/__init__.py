"""Known wrong variants of each operation: one module per operation, of its name."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from reference.errors import ConventionError
from reference.misconceptions.base import Misconception, VisibleOn
from reference.operations import is_known, suggested

__all__ = ["Misconception", "VisibleOn", "for_operation"]


@cache
def for_operation(name: str) -> tuple[Misconception, ...]:
    """Return the misconceptions about the operation called ``name``.

    Only its own module is imported: a worker needs few of them.

    Raises
    ------
    ConventionError
        If there is no such operation.
    """
    if not is_known(name):
        raise ConventionError(f"operation must be {suggested(name)}, got {name!r}")
    module = f"{__name__}.{name}"
    if find_spec(module) is None:
        return ()
    found: tuple[Misconception, ...] = import_module(module).MISCONCEPTIONS
    return found
