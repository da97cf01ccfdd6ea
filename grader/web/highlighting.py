"""Show source code with colours, line numbers and nothing hidden in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import (
    PythonLexer,
    TextLexer,
    get_lexer_by_name,
    get_lexer_for_filename,
)
from pygments.util import ClassNotFound

from grader.web.filters import visible

# More than this is shown plainly: colouring is linear, but a megabyte still takes long.
_COLOURED_BYTES = 200_000
_SHOWN_BYTES = 1_000_000


@lru_cache(maxsize=256)
def source_page(name: str, content: bytes, anchor: str) -> Markup:
    """Return a file as a table of numbered lines with anchors ``{anchor}-{line}``.

    Pure function of its arguments, so the cache never shows one student another's
    file. Control and bidirectional characters are shown as symbols.
    """
    text, lexer = _readable(name, content)
    formatter = HtmlFormatter(
        linenos="table",
        lineanchors=anchor,
        anchorlinenos=True,
        nobackground=True,
        cssclass="source",
    )
    return Markup(highlight(text, lexer, formatter))  # noqa: S704 - Pygments escapes


@dataclass(frozen=True, slots=True)
class NumberedFile:
    """A file as coloured lines, each of them whole HTML; ``anchor-12`` is the 12th."""

    name: str
    anchor: str
    lines: tuple[Markup, ...]


def numbered(files: Mapping[str, bytes]) -> list[NumberedFile]:
    """Return files by name, for a page that puts something between their lines."""
    return [
        NumberedFile(name, f"f{at}", _lines(name, files[name]))
        for at, name in enumerate(sorted(files), start=1)
    ]


@lru_cache(maxsize=256)
def _lines(name: str, content: bytes) -> tuple[Markup, ...]:
    text, lexer = _readable(name, content)
    # Pygments ends and begins every colour anew at the end of a line.
    html = highlight(text, lexer, HtmlFormatter(nowrap=True, nobackground=True))
    return tuple(Markup(line) for line in html.removesuffix("\n").split("\n"))  # noqa: S704 - Pygments escapes


def _readable(name: str, content: bytes) -> tuple[str, Lexer]:
    """Return the text that is shown of a file, and what colours it."""
    text = visible(content[:_SHOWN_BYTES].decode("utf-8", errors="replace"))
    lexer: Lexer = PythonLexer()
    if not name.endswith((".py", ".ipynb")):
        try:
            lexer = get_lexer_for_filename(name)
        except ClassNotFound:
            lexer = TextLexer()
    if len(content) > _COLOURED_BYTES:
        lexer = TextLexer()
    lexer.stripnl = False
    return text, lexer


def highlight_fence(text: str, language: str, _attributes: str) -> str:
    """Colour a fenced block of a handout; an empty string means as it is."""
    if not language:
        return ""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    return str(highlight(text, lexer, HtmlFormatter(nowrap=True, nobackground=True)))
