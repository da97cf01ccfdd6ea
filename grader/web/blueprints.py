"""Finds the pages: every module of this package that has a ``blueprint``."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import grader.web


def page_modules() -> Iterator[ModuleType]:
    """Yield each module with a blueprint, by name; packages are looked into."""
    for found in pkgutil.walk_packages(grader.web.__path__, "grader.web."):
        module = importlib.import_module(found.name)
        if hasattr(module, "blueprint"):
            yield module
