"""Turn what a student's function returned into an array that may cross the wall."""

from typing import Any, Final

import numpy as np

from grader.contract.codec import MAX_DIMENSIONS
from grader.contract.messages import ALLOWED_DTYPES, Array
from worker.runner.faults import BadOutputError

_NUMBER_KINDS: Final = "fiubc"
_WIDEST_INTEGER: Final = np.iinfo(np.int64).max


def to_array(value: Any, subject: str) -> Array:
    """Return a copy of a result as a base array of an allowed dtype.

    It is a copy, so that what the student's code does later cannot change it.

    Parameters
    ----------
    subject
        Begins the sentence if it is no array, such as ``"Linear.forward returned"``
        or ``"Linear.grads['weight'] is"``.

    Raises
    ------
    BadOutputError
        With one sentence for the student.
    """
    if value is None:
        hint = " Is a return statement missing?" if "returned" in subject else ""
        raise BadOutputError(f"{subject} None; expected an array.{hint}")
    if isinstance(value, tuple):
        raise BadOutputError(
            f"{subject} a tuple of {len(value)}; expected one array of numbers."
        )
    if isinstance(value, (str, bytes, dict, set, type)) or callable(value):
        raise BadOutputError(f"{subject} {thing(value)}; expected an array.")
    array = _as_array(value, subject)
    if array.ndim > MAX_DIMENSIONS:
        raise BadOutputError(
            f"{subject} an array with {array.ndim} axes; at most {MAX_DIMENSIONS} "
            "are expected."
        )
    return _allowed(array, subject)


def to_number(value: Any, subject: str) -> Array:
    """Return a result that must be one number as a 0-d float64 array.

    Raises
    ------
    BadOutputError
        With one sentence for the student.
    """
    array = to_array(value, subject)
    if array.size != 1:
        raise BadOutputError(
            f"{subject} an array of shape {array.shape}; expected one number."
        )
    if array.dtype.kind == "c":
        raise BadOutputError(f"{subject} a complex number; expected a real one.")
    return array.reshape(()).astype(np.float64)


def thing(value: Any) -> str:
    """Return what a value is, with its article: ``"a list"``."""
    name = type(value).__name__
    # In names of types "u" is spoken as in "ufunc" and "uint8".
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def _as_array(value: Any, subject: str) -> Array:
    try:
        array = np.array(value, copy=True, subok=False)
    except ValueError:
        raise BadOutputError(
            f"{subject} {thing(value)} whose rows have different lengths; "
            "expected an array."
        ) from None
    if array.dtype.kind == "O":
        if isinstance(value, np.ndarray):
            what = "an array of Python objects (dtype object)"
        else:
            what = thing(value)
            if isinstance(value, list):
                what = "a list of things that are not numbers"
        raise BadOutputError(f"{subject} {what}; expected an array of float64.")
    if array.dtype.kind not in _NUMBER_KINDS:
        raise BadOutputError(
            f"{subject} an array of dtype {array.dtype}; expected an array of float64."
        )
    return array


def _allowed(array: Array, subject: str) -> Array:
    if array.dtype in ALLOWED_DTYPES:
        return np.ascontiguousarray(array).reshape(array.shape)
    kind = array.dtype.kind
    if kind == "f":
        target: type[np.generic] = np.float64
    elif kind == "c":
        target = np.complex128
    elif array.dtype.itemsize <= 2 and array.dtype.isnative:
        target = np.int32
    elif kind == "u" and array.size and int(array.max()) > _WIDEST_INTEGER:
        raise BadOutputError(f"{subject} whole numbers larger than {_WIDEST_INTEGER}.")
    else:
        target = np.int64
    return array.astype(target, order="C")
