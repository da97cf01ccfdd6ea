"""Run the student's file as a program: arguments and files in, files out.

Each run is a fresh ``__main__``, and finds its files in memory.
"""

import io
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, TextIO

import numpy as np

from grader.contract.messages import Array
from worker.runner.bindings.memory_files import MemoryFiles, installed
from worker.runner.faults import BadOutputError, MissingError, StudentFaultError

_MOST_KEPT: Final = 1 << 20
_MOST_SHOWN: Final = 120
_MAIN: Final = "__main__"
_NUMBER: Final = r"([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf))"


class StatusError(StudentFaultError):
    """A program ended with another status than 0."""

    kind = "Status"


class _Entry:
    """Whether the student's file is imported before anything is asked."""

    imported = True


def choose_import(*, imported: bool) -> None:
    """Say whether the entry is imported; for the loader of bindings."""
    _Entry.imported = imported


def entry_is_imported() -> bool:
    """Return whether the entry is to be imported."""
    return _Entry.imported


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program left behind.

    Parameters
    ----------
    program
        Name of the student's file.
    printed
        What went to both standard streams, as much of it as is kept.
    files
        Every file by name, those that were given included.
    """

    program: str
    printed: str
    files: Mapping[str, bytes] = field(repr=False)

    def text(self, name: str) -> str:
        """Return what is in a file that the program had to write.

        Raises
        ------
        MissingError
            If there is none; says which files there are.
        """
        if name not in self.files:
            there = ", ".join(sorted(self.files)) or "none"
            raise MissingError(
                f"{self.program} did not write {name}. The files are {there}."
            )
        return self.files[name].decode("utf-8", errors="replace")

    def table(self, name: str, like: str) -> Array:
        """Return the numbers in every line of a file that has a certain form.

        Parameters
        ----------
        like
            The form, with ``{}`` for each number: ``"epoch={} loss: {}"``. Any amount
            of white space fits a blank.

        Returns
        -------
        ndarray
            (lines, numbers) of float64.

        Raises
        ------
        BadOutputError
            If no line has this form.
        """
        text = self.text(name)
        form = re.compile(
            re.escape(like).replace(r"\{\}", _NUMBER).replace(r"\ ", r"\s+")
        )
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found = [match.groups() for line in lines if (match := form.fullmatch(line))]
        if not found:
            first = f'Its first line is "{lines[0][:_MOST_SHOWN]}"' if lines else ""
            shown = like.replace("{}", "...")
            raise BadOutputError(
                f'{name} has no line like "{shown}". {first or "It is empty"}.'
            )
        return np.array(found, dtype=np.float64)


def run_program(
    student: Any, arguments: Sequence[object], files: Mapping[str, str | bytes]
) -> Finished:
    """Run the student's file with arguments, and return what it wrote.

    Parameters
    ----------
    student
        The module as the binding has it, or as it was loaded.
    arguments
        What comes after the name of the program.
    files
        Name to content of every file that the program can read.

    Raises
    ------
    StatusError
        If the program ended with another status than 0.
    BaseException
        Whatever the program raises and does not catch.
    """
    module = student if isinstance(student, ModuleType) else student._module
    spec: Any = module.__spec__
    code = spec.loader.get_code(spec.name)
    held = MemoryFiles(files)
    main = ModuleType(_MAIN)
    vars(main).update(__file__=spec.origin)
    printed = io.StringIO()
    argv = [spec.origin, *map(str, arguments)]
    with _as_program(main, argv, printed), _modules_anew(spec.loader), installed(held):
        try:
            exec(code, vars(main))  # noqa: S102
            status: object = 0
        except SystemExit as leaving:
            status = leaving.code
    if isinstance(status, str):
        printed.write(status)
    if status not in (None, 0):
        raise StatusError(_failed(spec.origin, status, printed.getvalue()))
    return Finished(spec.origin, printed.getvalue(), dict(held.contents))


def _failed(program: str, status: object, printed: str) -> str:
    number = status if isinstance(status, int) else 1
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    last = f' The last line that it printed is "{lines[-1][:_MOST_SHOWN]}".'
    return f"{program} ended with status {number}; expected 0.{last if lines else ''}"


@contextmanager
def _as_program(
    main: ModuleType, arguments: list[str], printed: io.StringIO
) -> Iterator[None]:
    """Put a module in the place of ``__main__``, with arguments and output."""
    before = sys.modules.get(_MAIN), sys.argv, sys.stdout, sys.stderr
    sys.modules[_MAIN], sys.argv = main, arguments
    sys.stdout, sys.stderr = (_Tee(printed, one) for one in before[2:])
    try:
        yield
    finally:
        found, sys.argv, sys.stdout, sys.stderr = before
        sys.modules.pop(_MAIN, None)
        if found is not None:
            sys.modules[_MAIN] = found


class _Tee(io.TextIOBase):
    """Passes on what is printed, and keeps the beginning."""

    def __init__(self, kept: io.StringIO, passed: TextIO) -> None:
        self._kept = kept
        self._passed = passed

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._kept.tell() < _MOST_KEPT:
            self._kept.write(text)
        return self._passed.write(text)

    def flush(self) -> None:
        self._passed.flush()


@contextmanager
def _modules_anew(loader: Any) -> Iterator[None]:
    """Let the program import the student's other files afresh."""

    def own() -> dict[str, ModuleType]:
        return {
            name: module
            for name, module in list(sys.modules.items())
            if getattr(getattr(module, "__spec__", None), "loader", None) is loader
        }

    before = own()
    for name in before:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in own():
            del sys.modules[name]
        sys.modules.update(before)
