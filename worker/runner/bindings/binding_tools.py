"""What an assignment's ``binding.py`` may import, as ``binding_tools``.

With these a wrong number of arguments, a missing value or a name that is not there
becomes a sentence about the student's function instead of an error of the binding::

    from binding_tools import phase, unpack

    def linear(student, x, weight, bias, grad_out=None):
        phase("forward")
        returned = student.affine_forward(x, weight, bias)
        out, cache = unpack(returned, "out, cache", "affine_forward")
        yield {"out": out}
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import numpy as np

from grader.contract.messages import Array, Phase
from worker.runner import seeds
from worker.runner.bindings import module_stubs, parts
from worker.runner.bindings.base import Progress
from worker.runner.bindings.command_line import choose_import, run_program
from worker.runner.faults import (
    BadOutputError,
    BindingMistakeError,
    MissingError,
    StudentFaultError,
    WrongShapeError,
    blame_student,
)
from worker.runner.results import thing, to_array, to_number

__all__ = [
    "array",
    "call",
    "layer_classes",
    "method",
    "number",
    "phase",
    "program",
    "put",
    "read",
    "run_program",
    "seed",
    "stand_in",
    "supply",
    "unpack",
]

_MOST_SHOWN: Final = 200


class WrongCallError(StudentFaultError):
    """A function of the student's does not take what it is given."""

    kind = "WrongCall"


class _Stage:
    """Where the call that is being answered reports what it does."""

    progress: Progress | None = None
    phase = Phase.CALL


def begin(progress: Progress) -> None:
    """Connect ``phase`` with one call; for the loader of bindings, not for bindings."""
    _Stage.progress = progress
    phase(Phase.CALL)


def report() -> None:
    """Send what was got so far; for the loader of bindings, not for bindings."""
    if _Stage.progress is not None:
        _Stage.progress.enter(_Stage.phase)


@contextmanager
def silence() -> Iterator[None]:
    """Report nothing for a while; for what is timed, not for bindings."""
    kept, _Stage.progress = _Stage.progress, None
    try:
        yield
    finally:
        _Stage.progress = kept


def layer_classes(*_: Any, **__: Any) -> Any:
    """Stand for a function of ``binding.py``: ``linear = relu = layer_classes``.

    Such an operation is asked of the student's class as without a ``binding.py``.

    Raises
    ------
    BindingMistakeError
        If it is called.
    """
    raise BindingMistakeError(
        "binding.py: layer_classes is no function to call; write linear = layer_classes"
    )


def phase(name: str) -> None:
    """Say what comes next, so that a fault can say where it happened.

    Parameters
    ----------
    name
        ``"construct"``, ``"forward"``, ``"backward"``, ``"step"``, ``"train"`` or
        ``"call"``.
    """
    _Stage.phase = Phase(name)
    report()


def call(function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Call a function of the student's and return what it returns.

    Functions that are reached as ``student.name`` are called like this by themselves;
    classes and methods are not.

    Raises
    ------
    WrongCallError
        If it does not take these arguments, with a sentence for the student.
    """
    return call_named(_name(function), function, *arguments, **keywords)


def call_named(name: str, function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Call a function of the student's that has another name in sentences."""
    if not callable(function):
        raise WrongCallError(f"{name} is {thing(function)}; expected a function.")
    _require_fit(name, function, arguments, keywords)
    try:
        return function(*arguments, **keywords)
    except BaseException as error:
        # Code without lines in a file, such as a ufunc that the student gave a name.
        blame_student(error)
        raise


def unpack(value: Any, names: str, subject: str) -> tuple[Any, ...]:
    """Return a returned tuple after counting it.

    Parameters
    ----------
    names
        What was expected, such as ``"out, cache"``.
    subject
        The student's function, as the beginning of the sentence.

    Raises
    ------
    BadOutputError
        If it is no tuple or list with as many values as there are names.
    """
    expected = [name.strip() for name in names.split(",") if name.strip()]
    if isinstance(value, (tuple, list)) and len(value) == len(expected):
        return tuple(value)
    if value is None:
        what, hint = "None", " Is a return statement missing?"
    elif isinstance(value, (tuple, list)):
        what, hint = f"{len(value)} value{'s' * (len(value) != 1)}", ""
    else:
        one = "an array" if isinstance(value, np.ndarray) else thing(value)
        what, hint = f"one value, {one}", ""
    raise BadOutputError(
        f"{subject} returned {what}; expected a tuple of {len(expected)}: "
        f"{', '.join(expected)}.{hint}"
    )


def array(value: Any, subject: str, shape: tuple[int, ...] | None = None) -> Array:
    """Return a copy of a result as an array of numbers.

    Parameters
    ----------
    subject
        Begins the sentence, such as ``"dW from linear_backward"``.
    shape
        What it must be, in the student's own layout; anything if left out.

    Raises
    ------
    BadOutputError, WrongShapeError
        With a sentence for the student.
    """
    found = to_array(value, f"{subject} is")
    if shape is not None and found.shape != shape:
        raise WrongShapeError(
            f"{subject} has shape {found.shape}, but must have shape {shape}."
        )
    return found


def number(value: Any, subject: str) -> Array:
    """Return a result that must be one number, as a 0-d array of float64."""
    return to_number(value, f"{subject} is")


def method(owner: Any, name: str, subject: str) -> Callable[..., Any]:
    """Return a method of a student's object, ready to be called.

    Parameters
    ----------
    subject
        The student's class, as the beginning of the sentence.

    Raises
    ------
    MissingError
        If there is none of this name.
    """
    found = parts.method(owner, subject, name)

    def asked(*arguments: Any, **keywords: Any) -> Any:
        return call_named(f"{subject}.{name}", found, *arguments, **keywords)

    return asked


def read(owner: Any, name: str, subject: str) -> Any:
    """Return an attribute of an object, or an entry of a dict.

    Raises
    ------
    MissingError
        If it is not there, with a sentence that says what is.
    """
    if isinstance(owner, Mapping):
        if name in owner:
            return owner[name]
        there = ", ".join(repr(key) for key in owner) or "nothing"
        raise MissingError(
            f"{subject} has no entry {name!r}; it holds {there[:_MOST_SHOWN]}."
        )
    if not hasattr(owner, name):
        raise MissingError(f"{subject} has no attribute {name}.")
    return getattr(owner, name)


def put(owner: Any, name: str, value: Array, subject: str) -> None:
    """Set an attribute or an entry, in place where other names for it stay valid.

    Raises
    ------
    MissingError, WrongShapeError
        If it is not there, or does not have the shape of ``value``.
    """
    present = read(owner, name, subject)
    shape = np.shape(present)
    if shape != value.shape:
        raise WrongShapeError(
            f"{subject}: {name} has shape {shape}, but must have shape {value.shape}."
        )
    if (
        isinstance(present, np.ndarray)
        and present.dtype == value.dtype
        and present.flags.writeable
    ):
        present[...] = value
    elif isinstance(owner, Mapping):
        owner[name] = value.copy()  # type: ignore[index]
    else:
        setattr(owner, name, value.copy())


def seed(value: int) -> None:
    """Seed ``random`` and ``numpy.random``; each call begins seeded anyway."""
    seeds.reseed(value)


def program() -> None:
    """Leave the student's file alone until ``run_program`` runs it.

    For programs that begin to work when they are imported, without a main guard. To be
    called when ``binding.py`` is loaded; its names cannot be asked for then.
    """
    choose_import(imported=False)


def supply(name: str, **contents: Any) -> None:
    """Make a module importable for the student, such as the course's helpers.

    To be called when ``binding.py`` is loaded, which is before the student's file is.
    A file of this name that the student hands in takes its place.
    """
    module_stubs.register(name, contents)


def stand_in(name: str) -> None:
    """Make a module importable that does nothing, such as ``"matplotlib.pyplot"``.

    Whatever is called in it or read from it does nothing again, so that plots around
    the student's functions do no harm. To be called when ``binding.py`` is loaded.
    """
    module_stubs.register(name, {"__getattr__": module_stubs.nothing})


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def _require_fit(
    name: str, function: Any, arguments: tuple[Any, ...], keywords: Mapping[str, Any]
) -> None:
    """Refuse a call that cannot even begin."""
    signature = None
    with suppress(TypeError, ValueError):  # Built-in functions may not have one.
        signature = inspect.signature(function)
    if signature is None:
        return
    try:
        signature.bind(*arguments, **keywords)
    except TypeError as error:
        takes = ", ".join(signature.parameters) or "nothing"
        given = [str(len(arguments))] if arguments or not keywords else []
        given += [f"{key} by name" for key in keywords]
        raise WrongCallError(
            f"{name} takes ({takes}), but is called with {' and '.join(given)} "
            f"argument{'s' * (len(arguments) + len(keywords) != 1)}: {error}."
        ) from None
