"""Kinds of checks: each module with a ``Check`` of its own name is one.

What several kinds need stands beside them: ``base`` and ``component``, ``calls`` and
``answers``, ``compare`` and ``judging``, ``diagnosis`` and ``evidence``. What belongs
to one theme is a package: ``feedback`` holds every sentence for students,
``hypotheses`` what a wrong answer is held against, ``presentation`` how a course writes
its arrays down, and ``trainings``, ``networks``, ``graphs`` (autodiff), ``programs``,
``effects``, ``costs`` and ``custom_layers`` what the kinds of those names are made of.
"""

import inspect
import pkgutil
from functools import cache
from importlib import import_module

from grader.checks.base import (
    Check,
    CheckOutline,
    CheckParams,
    Finding,
    Trial,
)
from grader.checks.component import Component


@cache
def kind_of(name: str) -> type[Check] | None:
    """Return the kind of check called ``name``, ``None`` if there is none.

    Only its own module is imported: a worker needs few of them.
    """
    if name not in {module.name for module in pkgutil.iter_modules(__path__)}:
        return None
    for value in vars(import_module(f"{__name__}.{name}")).values():
        if (
            inspect.isclass(value)
            and issubclass(value, Check)
            and not inspect.isabstract(value)
            and value.kind == name
        ):
            return value
    return None


def kinds() -> dict[str, type[Check]]:
    """Return every kind of check by name, found among the modules of this package."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    found = ((name, kind_of(name)) for name in names)
    return {name: kind for name, kind in found if kind is not None}


__all__ = [
    "Check",
    "CheckOutline",
    "CheckParams",
    "Component",
    "Finding",
    "Trial",
    "kind_of",
    "kinds",
]
