"""Source text: decoded, and parsed in another process to see whether it is Python."""

import io
import json
import re
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.errors import RefusedError
from grader.intake.names import printable
from grader.intake.parser import Parser

_parser = Parser()
_COOKIE = re.compile(r"^([ \t\f]*#.*?coding[:=][ \t]*)([-\w.]+)")
# Only codecs of one byte per character: others can be made slow or are no text at all.
_ENCODINGS = frozenset(
    {"ascii", "us-ascii", "utf-8", "utf8", "utf-8-sig", "iso-8859-1", "iso-8859-15"}
    | {"latin-1", "latin1", "cp1252", "windows-1252", "mac-roman"}
)
_PYTHON_2 = re.compile(
    r"Missing parentheses in call to '(print|exec)'"
    r"|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer literals"
    r"|parameters cannot be parenthesized"
)
# Where the message only says that something is wrong.
_LINE_OF_PYTHON_2 = re.compile(
    r"^\s*print\s+[\"'\w]"
    r"|^\s*raise\s+\w+\s*,"
    r"|\w\s*<>\s*\w"
    r"|\b(0[xX][0-9a-fA-F]+|[0-9]+)[lL]\b"
    r"|\b[uU][rR][\"']"
    r"|=\s*`[^`]+`"
)


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why Python could not read a file.

    Parameters
    ----------
    line
        Counted from 1; 0 if the place is unknown.
    column
        Counted from 1 in ``text``; 0 if unknown.
    """

    name: str
    message: str
    line: int = 0
    column: int = 0
    text: str = ""

    @property
    def looks_like_python_2(self) -> bool:
        """Say whether the cause is a statement of Python 2."""
        return (
            _PYTHON_2.search(self.message) is not None
            or _LINE_OF_PYTHON_2.search(self.text) is not None
        )

    def caret(self) -> str:
        """Return the line and, below it, a caret at the place."""
        if not self.text:
            return ""
        start = max(0, self.column - 100)
        shown = self.text[start : start + 160]
        if not self.column:
            return f"    {shown}"
        return f"    {shown}\n    {' ' * (self.column - 1 - start)}^"


def decode(name: str, data: bytes) -> str:
    """Return the text of a Python file, as Python itself would decode it.

    A byte order mark and a coding line are obeyed; the result is to be stored as
    UTF-8, so its coding line says ``utf-8``.

    Raises
    ------
    RefusedError
        With code ``not-utf8`` or ``null-byte``.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedError(
            f"{name} is saved as UTF-16; please save it as UTF-8.", code="not-utf8"
        )
    if b"\0" in data:
        raise RefusedError(
            f"{name} holds a null byte, so it is no Python text; please check that "
            "you chose the right file.",
            code="null-byte",
        )
    try:
        text = data.decode(_encoding(data))
    except (SyntaxError, LookupError, ValueError) as error:
        raise RefusedError(
            f"{name} is not saved as UTF-8; please save it as UTF-8 in your editor.",
            code="not-utf8",
            detail=_offset(data),
        ) from error
    lines = text.split("\n", 2)
    lines[:2] = [_COOKIE.sub(r"\1utf-8", line) for line in lines[:2]]
    return "\n".join(lines)


def _encoding(data: bytes) -> str:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    if encoding.lower() not in _ENCODINGS:
        raise LookupError(encoding)
    return encoding


def _offset(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return f"line {line} holds the byte 0x{data[error.start]:02x}"
    return ""


def first_problem(files: Sequence[tuple[str, bytes]]) -> SyntaxProblem | None:
    """Parse files in a separate, limited process; nothing in them is run.

    A parser is code that an attacker feeds, so it does not run in this process:
    deep nesting can exhaust its stack, and huge literals its memory.

    Parameters
    ----------
    files
        Pairs of name and UTF-8 source.

    Returns
    -------
    SyntaxProblem or None
        Of the first file that has one; only a parser's own word makes it ``None``.

    Raises
    ------
    SandboxUnavailableError
        If no parser could be started. Nothing is known about the files then.
    """
    header = json.dumps([[name, len(data)] for name, data in files])
    request = b"".join([header.encode(), b"\n", *(data for _, data in files)])
    try:
        return _read(_parser.ask(request))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return SyntaxProblem(
            files[0][0] if len(files) == 1 else "one of the files",
            "it is nested too deeply or is too large",
        )


def _read(answer: bytes) -> SyntaxProblem | None:
    found: dict[str, Any] | None = json.loads(answer)
    if found is None:
        return None
    lines = str(found["text"]).splitlines() or [""]
    # One character for one, so that the caret stays below its place.
    text = "".join(c if printable(c) else " " for c in lines[0])
    return SyntaxProblem(
        name=str(found["name"]),
        message=printable(str(found["message"]))[:200],
        line=int(found["line"]),
        column=min(int(found["column"]), len(text) + 1),
        text=text,
    )
