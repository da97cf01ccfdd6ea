"""Notebooks: their code cells become one Python file."""

import logging
import warnings
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

import nbformat

from grader.errors import RefusedError
from grader.intake import magics
from grader.intake.names import amount, printable

# Its messages quote the notebook, and a student's work does not belong in our logs.
logging.getLogger("traitlets").propagate = False

_DAMAGE = (
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
    nbformat.ValidationError,
)


@dataclass(frozen=True, slots=True)
class CellMap:
    """Where each code cell begins in the joined file.

    Parameters
    ----------
    headers
        Line of the ``# cell 3`` comment of each code cell, counted from 1.
    """

    headers: tuple[int, ...]

    def place(self, line: int) -> str:
        """Return ``"cell 3, line 2"`` for a line of the joined file."""
        cell = bisect_right(self.headers, line)
        return f"cell {cell}, line {line - self.headers[cell - 1]}" if cell else ""


@dataclass(frozen=True, slots=True)
class Script:
    """A notebook as plain Python."""

    source: str
    cells: CellMap
    notices: tuple[str, ...]


def to_script(name: str, data: bytes) -> Script:
    """Join the code cells of a notebook, each below a ``# cell 3`` comment line.

    Cells are numbered from 1 without the text cells between them. Outputs are
    dropped; IPython commands become comments, so lines keep their numbers.

    Raises
    ------
    RefusedError
        With code ``bad-notebook``, ``not-utf8`` or ``null-byte``.
    """
    lines: list[str] = []
    headers: list[int] = []
    disabled = 0
    for number, source in enumerate(_code_cells(name, _text(name, data)), start=1):
        body, count = magics.disable(source)
        disabled += count
        headers.append(len(lines) + 1)
        lines += [f"# cell {number}", *body.split("\n"), ""]
    notices: tuple[str, ...] = ()
    if disabled:
        verb = "was" if disabled == 1 else "were"
        notices = (
            f"{amount(disabled, 'notebook command')} in {name} {verb} not run: lines "
            "with % or ! work in a notebook only.",
        )
    return Script("\n".join(lines), CellMap(tuple(headers)), notices)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"{name} is not saved as UTF-8; please save it again in Jupyter.",
            code="not-utf8",
        ) from error


def _code_cells(name: str, text: str) -> list[str]:
    notebook = _read(name, text)
    try:
        language = _language(notebook)
        sources = [
            _plain_text(cell["source"])
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        ]
    except _DAMAGE as error:
        raise _not_a_notebook(name) from error
    if language not in {"", "python", "python3", "ipython"}:
        raise RefusedError(
            f"{name} is a notebook for {language}; this assignment is in Python.",
            code="bad-notebook",
        )
    if any("\0" in source for source in sources):
        raise RefusedError(
            f"{name} holds a null byte in a cell, so it is no Python text.",
            code="null-byte",
        )
    sources = [source for source in sources if source.strip()]
    if not sources:
        raise RefusedError(f"{name} has no code cells.", code="bad-notebook")
    return sources


def _read(name: str, text: str) -> Any:
    """Return the notebook in format 4; nbformat upgrades older ones."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # cells without an id and the like
            notebook: Any = nbformat.reader.reads(text)  # type: ignore[no-untyped-call]
            return nbformat.convert(notebook, 4)  # type: ignore[no-untyped-call]
    except _DAMAGE as error:
        raise _not_a_notebook(name) from error


def _language(notebook: Any) -> str:
    metadata = notebook.get("metadata", {})
    kernel = metadata.get("kernelspec", {}).get("language", "")
    stated = metadata.get("language_info", {}).get("name", kernel)
    return printable(str(stated or "")).lower()[:40]


def _plain_text(source: Any) -> str:
    if not isinstance(source, str):
        raise TypeError("source of a cell must be text")
    source.encode("utf-8")  # half a surrogate pair is no text
    # Other line ends would make our line numbers differ from Python's.
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")


def _not_a_notebook(name: str) -> RefusedError:
    return RefusedError(
        f"{name} is not a notebook that can be read; please save it again in Jupyter.",
        code="bad-notebook",
    )
