"""IPython commands in notebook cells: found where a statement begins, and disabled."""

import re
from dataclasses import dataclass

PYTHON_BODY = frozenset({"capture", "prun", "time", "timeit"})
"""Cell magics whose body is ordinary Python; it is kept without the magic."""

_ASSIGNED = re.compile(r"[\w\s,.\[\]()]+=\s*[%!]\s*\w")
_HELP = re.compile(r"[\w.]+\s*\?{1,2}\s*$")
# No alternative can fail half-way through, so a hostile line costs linear time.
_PIECE = re.compile(
    r"""
    (?P<comment>\#.*)
  | (?P<long>\"\"\"|''')
  | (?P<short>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
    """,
    re.VERBOSE,
)
_LONG_END = {
    quotes: re.compile(rf"\\.|({quotes})", re.DOTALL) for quotes in ('"""', "'''")
}


def disable(source: str) -> tuple[str, int]:
    """Turn the IPython commands of one cell into comments, line for line.

    Parameters
    ----------
    source
        A code cell as written, ``%matplotlib inline`` and ``!pip list`` included.

    Returns
    -------
    tuple
        The same number of lines, and how many commands were disabled. A cell magic
        such as ``%%bash`` counts once and takes its whole cell with it.
    """
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if first == len(lines) or not lines[first].startswith("%%"):
        return _disable_lines(lines)
    name = re.match(r"%%(\w*)", lines[first])
    if name is None or name[1] not in PYTHON_BODY:
        return "\n".join(f"# {line}" for line in lines), 1
    lines[first] = f"# {lines[first]}"
    kept, count = _disable_lines(lines)
    return kept, count + 1


def _disable_lines(lines: list[str]) -> tuple[str, int]:
    count = 0
    kept: list[str] = []
    position = _Position()
    in_command = False
    for line in lines:
        begins = position.begins_statement and _is_command(line.strip())
        if not (in_command or begins):
            position.read(line)
            kept.append(line)
            continue
        count += not in_command
        indent = line[: len(line) - len(line.lstrip())]
        kept.append(f"{indent}{'# ' if in_command else 'pass  # '}{line.strip()}")
        in_command = line.rstrip().endswith("\\")
    return "\n".join(kept), count


def _is_command(line: str) -> bool:
    return (
        line.startswith(("%", "!", "?"))
        or _ASSIGNED.match(line) is not None
        or _HELP.match(line) is not None
    )


@dataclass(slots=True)
class _Position:
    """Whether we are inside brackets, a long string or a continued line.

    There ``% b`` is a remainder and ``!`` is text, not a command.
    """

    depth: int = 0
    quotes: str = ""
    continued: bool = False

    @property
    def begins_statement(self) -> bool:
        return self.depth == 0 and not self.quotes and not self.continued

    def read(self, line: str) -> None:
        """Move past one line."""
        at = 0
        self.continued = line.endswith("\\")
        while True:
            if self.quotes:
                at = self._leave_string(line, at)
                if self.quotes:
                    return
            piece = _PIECE.search(line, at)
            if piece is None:
                return
            at = piece.end()
            self._take(str(piece.lastgroup), piece.group())

    def _take(self, kind: str, text: str) -> None:
        if kind == "comment":
            self.continued = False
        elif kind == "long":
            self.quotes = text
        elif kind == "open":
            self.depth += 1
        elif kind == "close":
            self.depth = max(0, self.depth - 1)

    def _leave_string(self, line: str, at: int) -> int:
        for found in _LONG_END[self.quotes].finditer(line, at):
            if found[1]:
                self.quotes = ""
                return found.end()
        return len(line)
