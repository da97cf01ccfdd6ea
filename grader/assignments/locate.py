"""Find the line of a key in TOML text, so that an error can name it."""

import re

from grader.checks.base import KeyPath

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\s\"']+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\-\"']+)\s*=")


def show(path: KeyPath) -> str:
    """Write a key path as people write it: ``check[2].points.grad_x``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def line_of(text: str, path: KeyPath) -> int:
    """Return the line, from 1, of the longest part of ``path`` found; 0 if none is.

    A key inside an inline table is looked for on the line of that table, so the line
    of the outer key is the answer for it.
    """
    places = _places(text)
    for length in range(len(path), 0, -1):
        line = places.get(path[:length])
        if line:
            return line
    return 0


def _places(text: str) -> dict[KeyPath, int]:
    places: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = _table(header.group(2), counts, many=header.group(1) == "[[")
            places.setdefault(table, number)
            places.setdefault(table[:1], number)
            continue
        key = _KEY.match(line)
        if key:
            names = tuple(_parts(key.group(1)))
            places.setdefault((*table, *names), number)
            for length in range(1, len(names)):
                places.setdefault((*table, *names[:length]), number)
    return places


def _table(name: str, counts: dict[KeyPath, int], *, many: bool) -> KeyPath:
    """Return the path of a header; below an array of tables its last entry is meant."""
    path: KeyPath = ()
    parts = _parts(name)
    for position, part in enumerate(parts):
        path = (*path, part)
        if many and position == len(parts) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _parts(name: str) -> list[str]:
    return [part.strip().strip("\"'") for part in name.split(".")]
