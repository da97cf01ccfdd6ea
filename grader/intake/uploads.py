"""Uploads of one submission: named, unpacked, decoded, parsed, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.errors import RefusedError
from grader.intake import archives, sources
from grader.intake.names import amount, clean_name, listed, megabytes, suffix_of

if TYPE_CHECKING:
    from grader.intake.notebooks import CellMap

MAX_BYTES = 8 << 20
MAX_UPLOADS = 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission that can be graded.

    Parameters
    ----------
    files
        Path to plain UTF-8 Python source; notebooks are converted.
    entry
        The key of ``files`` that is imported.
    notices
        Sentences for the student about what was renamed, disabled or ignored.
    originals
        What was uploaded, byte for byte, under names fit to be shown.
    """

    files: dict[str, bytes]
    entry: str
    notices: tuple[str, ...]
    originals: dict[str, bytes]


@dataclass(slots=True)
class _Code:
    """The files of a submission while they become plain Python.

    Parameters
    ----------
    shown
        Path in ``files`` to the name that the student knows.
    cells
        Path in ``files`` to where each cell of its notebook begins.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    cells: dict[str, "CellMap"] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def prepare(
    uploads: Mapping[str, bytes], *, entry: str, max_bytes: int = MAX_BYTES
) -> Prepared:
    """Turn what was uploaded into files that can be graded.

    A single ``.py`` file or notebook may have any name and is loaded as ``entry``. Of
    several files, or in a zip, one has to be named as the entry (``mlp.ipynb`` counts
    for ``mlp.py``); the others stay beside it as helper modules.

    Parameters
    ----------
    uploads
        Names as sent by the browser to contents.
    entry
        File that the assignment imports, such as ``"mlp.py"``.
    max_bytes
        Most that all uploads may have together, packed and unpacked.

    Raises
    ------
    RefusedError
        One sentence and a stable code: ``no-file``, ``wrong-type``, ``empty-file``,
        ``too-large``, ``duplicate-names``, ``not-utf8``, ``null-byte``,
        ``syntax-error``, ``missing-entry``, ``bad-notebook``, ``bad-archive``,
        ``unsafe-archive``, ``archive-too-large``, ``archive-case-duplicates`` or
        ``no-python-in-archive``.
    """
    originals = _receive(uploads, max_bytes)
    code = _Code()
    raw = _open(originals, max_bytes, code)
    for target, path in _targets(raw, entry, code).items():
        code.shown[target] = path
        if suffix_of(path) == ".ipynb":
            _add_notebook(code, target, path, raw[path])
        else:
            code.files[target] = sources.decode(path, raw[path]).encode()
    if not code.files[entry].strip():
        raise _empty(code.shown[entry])
    _refuse_bad_syntax(code)
    return Prepared(code.files, entry, tuple(code.notices), originals)


def _receive(uploads: Mapping[str, bytes], max_bytes: int) -> dict[str, bytes]:
    """Return the uploads under clean names; refuse what cannot be a submission."""
    sent = {name: data for name, data in uploads.items() if name or data}
    if not sent:
        raise RefusedError("Please choose a file to hand in.", code="no-file")
    if len(sent) > MAX_UPLOADS:
        raise RefusedError(
            f"You chose {len(sent)} files; at most {MAX_UPLOADS} are accepted.",
            code="too-large",
        )
    originals: dict[str, bytes] = {}
    for name, data in sent.items():
        shown = clean_name(name)
        if suffix_of(shown) not in {".py", ".ipynb", ".zip"}:
            raise RefusedError(
                f"{shown} is not a kind of file that can be graded; please hand in a "
                ".py file, a notebook (.ipynb), or a .zip of them.",
                code="wrong-type",
            )
        if not data and shown != "__init__.py":
            raise _empty(shown)
        if shown.casefold() in {other.casefold() for other in originals}:
            raise RefusedError(
                f"Two of the files are named {shown}; please keep one of them.",
                code="duplicate-names",
            )
        originals[shown] = data
    _refuse_size(originals, max_bytes)
    return originals


def _refuse_size(originals: Mapping[str, bytes], max_bytes: int) -> None:
    size = sum(map(len, originals.values()))
    if size <= max_bytes:
        return
    advice = ""
    if any(suffix_of(name) == ".ipynb" for name in originals):
        advice = " (clearing the outputs of the notebook usually helps)"
    raise RefusedError(
        f"Your upload has {megabytes(size)}; at most {megabytes(max_bytes)} are "
        f"accepted{advice}.",
        code="too-large",
    )


def _open(
    originals: Mapping[str, bytes], max_bytes: int, code: _Code
) -> dict[str, bytes]:
    """Return the files themselves: those uploaded, or those in the zip."""
    archive = next((n for n in originals if suffix_of(n) == ".zip"), None)
    if archive is None:
        return dict(originals)
    if len(originals) > 1:
        raise RefusedError(
            "Please hand in either one zip or single files, not both.",
            code="wrong-type",
        )
    unpacked = archives.unpack(archive, originals[archive], max_bytes)
    code.notices += unpacked.notices
    return unpacked.files


def _targets(raw: Mapping[str, bytes], entry: str, code: _Code) -> dict[str, str]:
    """Return under which path each file is graded: new path to given path."""
    if len(raw) == 1:
        path = next(iter(raw))
        if path != entry:
            code.notices.append(f"{path} was loaded as {entry}.")
        return {entry: path}
    targets: dict[str, str] = {}
    for path in sorted(raw, key=lambda p: suffix_of(p) == ".ipynb"):  # .py files first
        target = str(PurePosixPath(path).with_suffix(".py"))
        if target in targets:
            code.notices.append(
                f"{path} was ignored because {targets[target]} was handed in too."
            )
            continue
        targets[target] = path
    if entry not in targets:
        raise RefusedError(
            f"None of your {amount(len(raw), 'file')} is named {entry} (found: "
            f"{listed(sorted(raw))}); please name your main file {entry}.",
            code="missing-entry",
        )
    return targets


def _add_notebook(code: _Code, target: str, path: str, data: bytes) -> None:
    from grader.intake import notebooks  # its library takes long to import

    script = notebooks.to_script(path, data)
    code.files[target] = script.source.encode()
    code.cells[target] = script.cells
    code.notices += script.notices


def _refuse_bad_syntax(code: _Code) -> None:
    problem = sources.first_problem(list(code.files.items()))
    if problem is None:
        return
    shown = code.shown.get(problem.name, problem.name)
    if not problem.line:
        raise RefusedError(
            f"Python cannot read {shown}: {problem.message}.", code="syntax-error"
        )
    place = f"line {problem.line}"
    if problem.name in code.cells:
        place = code.cells[problem.name].place(problem.line) or place
    detail = f"{shown}, {place}\n{problem.caret()}\n{problem.message}"
    if problem.looks_like_python_2:
        message = (
            f"{shown} looks like Python 2 (see {place}); please write it for Python 3."
        )
    else:
        message = f"{shown} is not valid Python: {place}: {problem.message}"
        message += "" if message.endswith(("?", ".")) else "."
    raise RefusedError(message, code="syntax-error", detail=detail)


def _empty(name: str) -> RefusedError:
    return RefusedError(
        f"{name} is empty; please check that you saved it.", code="empty-file"
    )
