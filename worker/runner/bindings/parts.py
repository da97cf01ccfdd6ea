"""Find and build the student's objects, with a sentence where that fails."""

import difflib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from worker.runner.faults import MissingError


def public_names(student: ModuleType) -> list[str]:
    """Return the classes and functions that the student's own files define."""
    return sorted(
        name
        for name, value in vars(student).items()
        if not name.startswith("_")
        and callable(value)
        and not str(getattr(value, "__module__", "")).startswith("numpy")
    )


def find(student: ModuleType, name: str) -> Any:
    """Return a class or function of the student's entry file by its name.

    Raises
    ------
    MissingError
        If it is not there; names what is.
    """
    found = getattr(student, name, None)
    if found is not None:
        return found
    names = public_names(student)
    close = difflib.get_close_matches(
        name.lower(), [other.lower() for other in names], n=1
    )
    hint = ""
    if close:
        hint = next(other for other in names if other.lower() == close[0])
        hint = f" Did you mean {hint}?"
    there = ", ".join(names[:20]) or "no classes or functions"
    raise MissingError(f"{name} was not found. Your file has: {there}.{hint}")


def construct(
    student: ModuleType, name: str, arguments: Sequence[Any], *before: Any
) -> Any:
    """Return a new object of the student's class.

    Parameters
    ----------
    before
        Arguments that come before the plain numbers.
    """
    return find(student, name)(*before, *arguments)


def method(thing: Any, name: str, wanted: str) -> Callable[..., Any]:
    """Return a method of the student's object.

    Raises
    ------
    MissingError
        If there is no such method.
    """
    found = getattr(thing, wanted, None)
    if not callable(found):
        raise MissingError(f"{name} has no method {wanted}.")
    bound: Callable[..., Any] = found
    return bound
