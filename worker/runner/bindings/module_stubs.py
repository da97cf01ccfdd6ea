"""Modules that an assignment gives to students' code in place of what is not here."""

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any


class Nothing:
    """Takes every call, index and attribute, and gives another of its kind.

    It can be unpacked into two, as ``figure, axes = plt.subplots()`` does, and works as
    a context manager and as a decorator's argument.
    """

    def __call__(self, *_arguments: Any, **_keywords: Any) -> "Nothing":
        """Do nothing."""
        return self

    def __getattr__(self, name: str) -> "Nothing":
        """Return nothing, but for what Python itself asks an object about."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, _key: Any) -> "Nothing":
        """Return nothing for any key."""
        return self

    def __setitem__(self, _key: Any, _value: Any) -> None:
        """Forget the value."""

    def __iter__(self) -> Iterator["Nothing"]:
        """Yield two."""
        return iter((self, self))

    def __enter__(self) -> "Nothing":
        """Do nothing."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Let every exception through."""


def nothing(name: str) -> Nothing:
    """Serve as ``__getattr__`` of a module that does nothing.

    Raises
    ------
    AttributeError
        For names that Python itself asks a module about.
    """
    if name.startswith("__"):
        raise AttributeError(name)
    return Nothing()


def register(name: str, contents: Mapping[str, Any]) -> None:
    """Make ``name`` importable; the packages around it are empty where they are new."""
    parent = None
    parts = name.split(".")
    for depth, part in enumerate(parts, start=1):
        full = ".".join(parts[:depth])
        module = sys.modules.get(full)
        if module is None:
            module = ModuleType(full)
            module.__path__ = []
            sys.modules[full] = module
        if parent is not None:
            setattr(parent, part, module)
        parent = module
    vars(sys.modules[name]).update(contents)
