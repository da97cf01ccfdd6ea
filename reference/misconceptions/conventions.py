"""Right answers to another question than the one that was asked."""

import inspect
from typing import Any

from reference.operations.base import Array, Arrays, Operation


def chosen(operation: Operation) -> dict[str, Any]:
    """Return the conventions that an operation was made with, by their names."""
    names = inspect.signature(type(operation)).parameters
    return {name: getattr(operation, name) for name in names}


def answered_under(
    operation: Operation, arrays: Arrays, **others: Any
) -> dict[str, Array]:
    """Return the right answer under other conventions, or nothing if they are the same.

    Parameters
    ----------
    others
        Those that differ from what the operation was made with.
    """
    given = chosen(operation)
    if all(given[name] == value for name, value in others.items()):
        return {}
    return type(operation)(**(given | others)).answer(arrays)


def only_changed(
    operation: Operation, arrays: Arrays, wrong: dict[str, Array]
) -> dict[str, Array]:
    """Leave out the quantities that are right for these very inputs."""
    right = operation.answer(arrays)
    return {
        name: value
        for name, value in wrong.items()
        if value.shape != right[name].shape or not (value == right[name]).all()
    }
