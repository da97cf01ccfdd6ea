"""Turn whatever a student's code raised into short texts that help the student."""

import errno
import os
import traceback
from collections.abc import Container
from contextlib import suppress
from types import TracebackType
from typing import Final

import numpy as np

from grader.contract.messages import BINDING_FAULT, Phase
from worker.runner import missing_names

LONGEST_MESSAGE: Final = 2000
LONGEST_TRACEBACK: Final = 8000

# File name of the code of ``binding.py``; no student's file can have it.
BINDING_FILE: Final = "<binding>"
_NO_FILES: Final = (
    "Files cannot be read or written here; "
    "all data arrive as arguments of your functions."
)
_FOLDERS: Final = (
    f"{os.path.dirname(os.__file__)}/",
    f"{os.path.dirname(os.path.dirname(np.__file__))}/",
)
_BLAMED: Final = "_raised_by_student"


class StudentFaultError(Exception):
    """Something about the student's code that can be said in one sentence."""

    kind = "Fault"


class MissingError(StudentFaultError):
    """A class, function, attribute or key that was asked for is not there."""

    kind = "Missing"


class WrongShapeError(StudentFaultError):
    """A parameter does not have the shape that the assignment states."""

    kind = "WrongShape"


class BadOutputError(StudentFaultError):
    """An answer that is no array of numbers."""

    kind = "BadOutput"


class BindingMistakeError(Exception):
    """The assignment's ``binding.py`` is wrong, whatever the student handed in."""


def blame_student(error: BaseException) -> None:
    """Remember that an exception came out of a call of the student's code."""
    with suppress(BaseException):  # An exception class of the student's may refuse.
        setattr(error, _BLAMED, True)


def describe(
    error: BaseException, phase: Phase, files: Container[str]
) -> dict[str, str]:
    """Return the texts of a reply that reports a fault.

    Parameters
    ----------
    files
        Names of the student's files, as their code objects know them. Frames of any
        other file are left out.
    """
    error = _as_raised(error)
    if _is_bindings(error, files):
        return _describe_binding(error, phase)
    texts = {"fault.kind": _kind(error), "fault.phase": phase.value}
    file, line = _place(error, files)
    texts["fault.file"], texts["fault.line"] = file, str(line)
    if isinstance(error, MemoryError) and error.__traceback__ is not None:
        # The frames hold what filled the memory, and the texts below need some.
        traceback.clear_frames(error.__traceback__)
    try:
        message = _without_folders(_message(error, files))
        texts["fault.message"] = message[:LONGEST_MESSAGE]
        trace = _without_folders(_traceback(error, files))
        texts["fault.traceback"] = trace[-LONGEST_TRACEBACK:]
    except BaseException:  # An exception class of the student's may do anything.
        texts["fault.message"] = "The exception itself could not be shown."
    return texts


def _as_raised(error: BaseException) -> BaseException:
    """Return a stop of an iteration, which a generator of ours hands on as another."""
    cause = error.__cause__
    if isinstance(error, RuntimeError) and isinstance(cause, StopIteration):
        return cause
    return error


def _without_folders(text: str) -> str:
    """Leave out where Python and NumPy lie on this machine."""
    for folder in _FOLDERS:
        text = text.replace(folder, "")
    return text


def _is_bindings(error: BaseException, files: Container[str]) -> bool:
    """Tell whether ``binding.py`` is to blame: no student's code had any part in it.

    What is wrong with a student's answer reaches a binding as a ``StudentFaultError``
    from its tools. Student code that fakes a mistake of the binding from inside this
    process gains nothing: such a check is scored for nobody.
    """
    if isinstance(error, BindingMistakeError):
        return True
    if isinstance(error, StudentFaultError) or getattr(error, _BLAMED, False):
        return False
    if isinstance(error, MemoryError):  # Nobody knows who has filled the memory.
        return False
    if _frames(error.__traceback__, files):
        return False
    return bool(_frames(error.__traceback__, {BINDING_FILE}))


def _describe_binding(error: BaseException, phase: Phase) -> dict[str, str]:
    lines = [line for _, line in _frames(error.__traceback__, {BINDING_FILE})]
    text = str(error)
    if not isinstance(error, BindingMistakeError):
        place = f", line {lines[-1]}" if lines else ""
        text = f"binding.py{place}: {type(error).__name__}: {error}"
    return {
        "fault.kind": BINDING_FAULT,
        "fault.phase": phase.value,
        "fault.file": "",
        "fault.line": "0",
        "fault.message": text[:LONGEST_MESSAGE],
        "fault.traceback": "",
    }


def _kind(error: BaseException) -> str:
    if isinstance(error, StudentFaultError):
        return error.kind
    if isinstance(error, MemoryError):
        return "MemoryError"
    return type(error).__name__[:100]


def _frames(
    trace: TracebackType | None, files: Container[str]
) -> list[tuple[str, int]]:
    found = []
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name in files:
            found.append((name, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _place(error: BaseException, files: Container[str]) -> tuple[str, int]:
    if isinstance(error, SyntaxError) and error.filename in files:
        return str(error.filename), error.lineno or 0
    return next(reversed(_frames(error.__traceback__, files)), ("", 0))


def _traceback(error: BaseException, files: Container[str]) -> str:
    if isinstance(error, StudentFaultError):
        return ""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename in files
    ]
    lines = traceback.format_list(frames)
    lines += traceback.format_exception_only(error)
    return "".join(lines)


def _message(error: BaseException, files: Container[str]) -> str:
    text = str(error)
    if isinstance(error, StudentFaultError):
        return text
    if isinstance(error, SyntaxError):
        text = error.msg
    hint = _hint(error, _modules_passed(error.__traceback__))
    if not hint:
        return text
    return f"{text.rstrip('.')}. {hint}" if text else hint


def _modules_passed(trace: TracebackType | None) -> set[str]:
    passed = set()
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__")
        if isinstance(name, str):
            passed.add(name.partition(".")[0])
        trace = trace.tb_next
    return passed


def _hint(error: BaseException, passed: set[str]) -> str:
    if isinstance(error, SystemExit):
        return (
            "Your code called exit(), which ends the whole program. Please remove it."
        )
    if isinstance(error, EOFError):
        return "There is no keyboard here. Please remove input()."
    if isinstance(error, MemoryError):
        return "Your code needed more memory than is available here."
    if isinstance(error, (ImportError, NameError, AttributeError)):
        sought = _opens_a_file_by_numpy(error, passed)
        return _NO_FILES if sought else missing_names.hint(error)
    if isinstance(error, RuntimeError) and "new thread" in str(error):
        return "Threads are not available here."
    if isinstance(error, RecursionError):
        return "A function calls itself without end. Does the recursion stop?"
    if isinstance(error, OSError):
        return _system_hint(error, passed)
    return ""


def _is_numpys(error: OSError) -> bool:
    """Tell a file that NumPy misses: it raises that without a file name."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    names = {} if trace is None else trace.tb_frame.f_globals
    raised_in = str(names.get("__name__")).partition(".")[0]
    return isinstance(error, FileNotFoundError) and raised_in == "numpy"


def _opens_a_file_by_numpy(error: BaseException, passed: set[str]) -> bool:
    """Tell whether NumPy, before it opens a file, looked whether it is an address."""
    absent = isinstance(error, ModuleNotFoundError) and str(error.name)
    return bool(absent) and str(absent).startswith("urllib") and "numpy" in passed


def _system_hint(error: OSError, passed: set[str]) -> str:
    if passed & {"socket", "ssl", "http", "urllib", "asyncio"}:
        return "The network is not available here."
    if passed & {"subprocess", "multiprocessing", "concurrent"}:
        return "Other processes cannot be started here."
    if (
        error.filename is not None
        or _is_numpys(error)
        or error.errno in {errno.EROFS, errno.EFBIG}
    ):
        return _NO_FILES
    if error.errno in {errno.EPERM, errno.EACCES, errno.ENOSYS}:
        return (
            "The system refuses this here: no files, network, processes or threads "
            "are available."
        )
    return ""
