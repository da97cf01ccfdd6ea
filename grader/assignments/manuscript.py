"""Change single keys of an ``assignment.toml`` and leave all else as it was typed.

Comments, order and blank lines are the author's. Every change is held against what
TOML itself says of the text before and after, so that no edit touches anything else.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from grader.assignments.loader import SPEC_FILE
from grader.errors import AssignmentError, RefusedError

Path = tuple[str | int, ...]
Table = dict[str, Any]
_HEADER = re.compile(r"^\s*\[")


def read(text: str) -> Table:
    """Return what a text says.

    Raises
    ------
    AssignmentError
        If it is not TOML; the sentence names the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AssignmentError([f"{SPEC_FILE}: is not valid TOML: {error}"]) from None


def value_of(typed: str) -> Any:
    """Return the value that somebody typed as TOML, such as ``{ grad_x = 4 }``.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        found = tomllib.loads(f"value = {typed}\n")
    except tomllib.TOMLDecodeError:
        raise ValueError(f"must be a value as TOML writes it, got {typed!r}") from None
    if list(found) != ["value"]:
        raise ValueError(f"must be one value, got {typed!r}")
    return found["value"]


def typed_as(value: Any) -> str:
    """Return a value as TOML writes it on one line."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(k)} = {typed_as(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(typed_as, value))}]"
    return tomlkit.item(value).as_string()


def with_value(text: str, path: Path, value: Any) -> str:
    """Return a text in which one key has another value; ``None`` takes the key away.

    Raises
    ------
    AssignmentError
        If the text is not TOML.
    RefusedError
        ``edit-by-hand`` if the text is written in a way that this cannot change.
    """
    wanted = read(text)
    _put(wanted, path, value)
    try:
        document = tomlkit.parse(text)
        # Parsed, so that a table stands on one line as it does in other places.
        item = None if value is None else tomlkit.value(typed_as(value))
        _put(document, path, item)
        changed = tomlkit.dumps(document)
    except (TOMLKitError, KeyError, TypeError, ValueError) as error:
        raise _by_hand(path) from error
    return _checked(changed, wanted, path)


def with_table(text: str, name: str, table: Mapping[str, Any]) -> str:
    """Return a text with one more ``[[name]]`` behind the last one, or at the end."""
    wanted = read(text)
    wanted.setdefault(name, []).append(dict(table))
    lines = text.splitlines(keepends=True)
    at = _end_of_last(lines, name)
    body = "".join(f"{_key(key)} = {typed_as(value)}\n" for key, value in table.items())
    before, after = "".join(lines[:at]).rstrip(), "".join(lines[at:])
    changed = f"{before}\n\n[[{name}]]\n{body}".lstrip() + after
    return _checked(changed, wanted, (name,))


def without_table(text: str, name: str, index: int) -> str:
    """Return a text without one ``[[name]]``, its comments and tables below it."""
    wanted = read(text)
    _at(wanted, name, index)
    del wanted[name][index]
    if not wanted[name]:
        del wanted[name]
    lines = text.splitlines(keepends=True)
    blocks = _blocks(lines, name)
    if index >= len(blocks):
        raise _by_hand((name, index))
    first, last = blocks[index]
    return _checked("".join(lines[:first] + lines[last:]), wanted, (name, index))


def with_table_moved(text: str, name: str, index: int, by: int) -> str:
    """Return a text in which a ``[[name]]`` has changed places with its neighbour.

    Parameters
    ----------
    by
        -1 or 1. At either end nothing changes.
    """
    wanted = read(text)
    _at(wanted, name, index)
    other = index + by
    if not 0 <= other < len(wanted[name]):
        return text
    tables = wanted[name]
    tables[index], tables[other] = tables[other], tables[index]
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    blocks = _blocks(lines, name)
    if len(blocks) != len(tables):
        raise _by_hand((name, index))
    (a, b), (c, d) = sorted((blocks[index], blocks[other]))
    changed = [*lines[:a], *lines[c:d], *lines[b:c], *lines[a:b], *lines[d:]]
    return _checked("".join(changed), wanted, (name, index))


def _put(tables: Any, path: Path, value: Any) -> None:
    """Set or delete a key; tables on the way there are made where they are missing."""
    *way, last = path
    for part in way:
        if isinstance(part, str) and part not in tables:
            if value is None:
                return
            tables[part] = {}
        tables = tables[part]
    if value is not None:
        tables[last] = value
    elif last in tables:
        del tables[last]


def _at(tables: Table, name: str, index: int) -> None:
    found = tables.get(name)
    if not isinstance(found, list) or not 0 <= index < len(found):
        raise RefusedError(
            f"There is no {name} number {index + 1} any more.", code="no-such-table"
        )


def _blocks(lines: Sequence[str], name: str) -> list[tuple[int, int]]:
    """Return first and last line of each ``[[name]]`` with what belongs to it.

    Comments directly above a header belong to it.
    """
    own = re.compile(rf"^\s*\[\[\s*{re.escape(name)}\s*\]\]")
    below = re.compile(rf"^\s*\[+\s*{re.escape(name)}\s*\.")
    starts = [at for at, line in enumerate(lines) if own.match(line)]
    found = []
    for start in starts:
        last = start + 1
        while last < len(lines) and (
            not _HEADER.match(lines[last]) or below.match(lines[last])
        ):
            last += 1
        found.append((_above(lines, start), _above(lines, last)))
    return found


def _end_of_last(lines: Sequence[str], name: str) -> int:
    """Return the line behind the last value of the last ``[[name]]``, or the end."""
    blocks = _blocks(lines, name)
    if not blocks:
        return len(lines)
    first, at = blocks[-1]
    while at > first + 1 and (
        not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")
    ):
        at -= 1
    return at


def _above(lines: Sequence[str], at: int) -> int:
    """Return where the comments directly above a line begin."""
    if at >= len(lines):
        return len(lines)
    while at > 0 and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def _checked(changed: str, wanted: Table, path: Path) -> str:
    try:
        found = tomllib.loads(changed)
    except tomllib.TOMLDecodeError as error:
        raise _by_hand(path) from error
    if found != wanted:
        raise _by_hand(path)
    return changed


def _by_hand(path: Path) -> RefusedError:
    shown = ".".join(str(part) for part in path)
    return RefusedError(
        f"{shown} is written in a way that the form cannot change; change it in the "
        "text beside it.",
        code="edit-by-hand",
    )


def _key(name: str) -> str:
    return (
        name
        if re.fullmatch(r"[A-Za-z0-9_-]+", name)
        else tomlkit.item(name).as_string()
    )
