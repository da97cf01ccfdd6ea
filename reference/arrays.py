"""The checks of arrays that all components share: one exception, one clear sentence."""

from math import isfinite
from typing import TypeVar

import numpy as np

from reference.errors import (
    CallOrderError,
    DtypeError,
    LabelError,
    NonFiniteError,
    ShapeError,
)
from reference.protocols import Array

Saved = TypeVar("Saved")

_FLOATS = frozenset({np.dtype(np.float64), np.dtype(np.float32)})


def require_shape(
    owner: str, name: str, array: Array, expected: tuple[int, ...]
) -> None:
    """Raise ``ShapeError`` unless ``array`` has the expected shape.

    Parameters
    ----------
    owner
        Class that needs the array, for the message.
    name
        Argument or parameter, for the message.
    """
    if array.shape != expected:
        raise ShapeError(f"{owner}: {name} must be {expected}, got {array.shape}")


def require_floats(owner: str, name: str, array: Array) -> None:
    """Raise unless ``array`` holds finite float64 or float32 numbers.

    Raises
    ------
    DtypeError
        If it is no array, or one of integers, booleans or other numbers.
    NonFiniteError
        If it holds NaN or an infinity.
    """
    dtype = getattr(array, "dtype", None)
    if dtype not in _FLOATS:
        got = type(array).__name__ if dtype is None else dtype
        raise DtypeError(f"{owner}: {name} must be float64 or float32, got {got}")
    # The sum of squares is one fast pass without a temporary array. Only where it is
    # not finite, which that of large numbers can be as well, each entry is looked at.
    if not isfinite(np.vdot(array, array)):
        wrong = array[~np.isfinite(array)]
        if wrong.size:
            raise NonFiniteError(f"{owner}: {name} must be finite, got {wrong[0]}")


def require_integers(owner: str, name: str, array: Array, stop: int) -> None:
    """Raise unless ``array`` holds integers from 0 to ``stop - 1``.

    Raises
    ------
    DtypeError
        If it is no array of integers.
    LabelError
        If an entry is out of range.
    """
    dtype = getattr(array, "dtype", None)
    if dtype is None or not np.issubdtype(dtype, np.integer):
        got = type(array).__name__ if dtype is None else dtype
        raise DtypeError(f"{owner}: {name} must be integers, got {got}")
    wrong = array[(array < 0) | (array >= stop)]
    if wrong.size:
        raise LabelError(f"{owner}: {name} must be 0 to {stop - 1}, got {wrong[0]}")


def require_mask(owner: str, name: str, array: Array, shape: tuple[int, ...]) -> None:
    """Raise unless ``array`` holds booleans and has the expected shape.

    Raises
    ------
    DtypeError
        If it is no array of booleans.
    ShapeError
        If it has another shape.
    """
    dtype = getattr(array, "dtype", None)
    if dtype != np.bool_:
        got = type(array).__name__ if dtype is None else dtype
        raise DtypeError(f"{owner}: {name} must be booleans, got {got}")
    require_shape(owner, name, array, shape)


def require_upstream(
    owner: str, grad_out: Array, expected: tuple[int, ...], name: str = "grad_out"
) -> None:
    """Raise unless an upstream gradient is real, finite and of the output's shape."""
    require_floats(owner, name, grad_out)
    require_shape(owner, name, grad_out, expected)


def after_forward(owner: str, saved: Saved | None) -> Saved:
    """Return what ``forward`` kept for ``backward``.

    Raises
    ------
    CallOrderError
        If ``forward`` has not run.
    """
    if saved is None:
        raise CallOrderError(f"{owner}: call forward before backward")
    return saved
