"""Find components by looking into packages, so that nothing has to be registered."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Import and yield the modules directly inside ``package``, in order of name."""
    for found in sorted(pkgutil.iter_modules(package.__path__)):
        yield import_module(f"{package.__name__}.{found.name}")


def public_classes(package: ModuleType) -> tuple[type, ...]:
    """Return the concrete public classes that the modules of ``package`` define.

    A class is left out if it is only imported there, if its name begins with an
    underscore, or if it has abstract methods.
    """
    return tuple(
        value
        for module in modules(package)
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and not inspect.isabstract(value)
    )
