"""Find, build and fill the student's objects, with a sentence where that fails."""

import difflib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from grader.contract.messages import Array
from worker.runner.faults import MissingError, WrongShapeError


class StandIn:
    """A layer that only holds parameters and gradients, for an optimizer to work on."""

    def __init__(self, parameters: Mapping[str, Array]) -> None:
        self.names = tuple(parameters)
        self.params = {name: value.copy() for name, value in parameters.items()}
        self.grads = {name: np.zeros_like(value) for name, value in parameters.items()}


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


def entry(thing: Any, name: str, attribute: str, key: str) -> Any:
    """Return ``thing.<attribute>[key]``, where the attribute is a dict.

    Raises
    ------
    MissingError
        If there is no such attribute, or no such key in it.
    """
    mapping = getattr(thing, attribute, None)
    if not isinstance(mapping, Mapping):
        what = "no attribute" if mapping is None else "no dict"
        raise MissingError(f"{name} has {what} {attribute}.")
    if key not in mapping:
        there = ", ".join(repr(other) for other in mapping) or "nothing"
        raise MissingError(
            f"{name}.{attribute} has no entry {key!r}; it holds {there[:200]}."
        )
    return mapping[key]


def put_parameters(layer: Any, name: str, values: Mapping[str, Array]) -> None:
    """Set parameters, in place where that keeps other names for them valid.

    Raises
    ------
    MissingError, WrongShapeError
        If a parameter is not there or does not have the shape that is set.
    """
    for parameter, value in values.items():
        present = entry(layer, name, "params", parameter)
        if present is None:
            raise WrongShapeError(
                f"{name}.params[{parameter!r}] is None after the constructor; "
                f"expected an array of shape {value.shape}."
            )
        shape = np.shape(present)
        if shape != value.shape:
            raise WrongShapeError(
                f"{name}.params[{parameter!r}] has shape {shape}; "
                f"expected {value.shape}."
            )
        if (
            isinstance(present, np.ndarray)
            and present.dtype == value.dtype
            and present.flags.writeable
        ):
            present[...] = value
        else:
            params: MutableMapping[str, Any] = layer.params
            params[parameter] = value.copy()
            _rename(layer, present, params[parameter])


def _rename(layer: Any, old: Any, new: Array) -> None:
    """Let every attribute that was the old array be the new one."""
    for name, value in list(getattr(layer, "__dict__", {}).items()):
        if value is old:
            setattr(layer, name, new)
