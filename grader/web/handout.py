"""Turn an assignment's Markdown with formulas into HTML that is safe to show."""

import re
from functools import lru_cache
from typing import Any

import nh3
from latex2mathml import exceptions as formula_exceptions
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.web.filters import visible
from grader.web.highlighting import highlight_fence

# MathML Core and the few older elements that latex2mathml writes.
_MATH_TAGS = {
    *("math", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded"),
    *("mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle"),
    *("msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder"),
    *("munderover", "menclose"),
}
_TEXT_TAGS = {
    *("a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1"),
    *("h2", "h3", "h4", "h5", "h6", "hr", "kbd", "li", "ol", "p", "pre", "s", "span"),
    *("strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_MATH_ATTRIBUTES = {
    "accent",
    "accentunder",
    "columnalign",
    "columnspacing",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "rowspacing",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "width",
}
_ATTRIBUTES: dict[str, set[str]] = {
    **dict.fromkeys(_MATH_TAGS, _MATH_ATTRIBUTES),
    "a": {"href", "title"},
    "code": {"class"},
    "div": {"class"},
    "ol": {"start"},
    "span": {"class"},
    "td": {"class"},
    "th": {"class"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}
# The converter's own errors share no base class; the others are what its parser lets
# through for input it did not expect.
_FORMULA_ERRORS: tuple[type[Exception], ...] = (
    *(
        value
        for value in vars(formula_exceptions).values()
        if isinstance(value, type) and issubclass(value, Exception)
    ),
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
# The converter knows the starred outer environments only; the inner ones look alike.
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|split|gathered)\}")


@lru_cache(maxsize=64)
def render(markdown: str, title: str = "") -> Markup:
    """Return the handout as sanitised HTML, its formulas as MathML.

    Raw HTML in the source is shown as text. What cannot be read as a formula is shown
    as it was typed.

    Parameters
    ----------
    title
        A first heading that says the same as the page around it is left out.
    """
    first, _, rest = markdown.lstrip().partition("\n")
    if title and first.strip() == f"# {title}":
        markdown = rest
    return _sanitised(_parser().render(markdown), _TEXT_TAGS | _MATH_TAGS)


@lru_cache(maxsize=1024)
def render_remark(markdown: str) -> Markup:
    """Return what somebody wrote to somebody as sanitised HTML, formulas as MathML.

    As ``render``, but a heading is plain text: it would stand between those of the
    page, and its id could be that of something else there. Characters that hide
    something are shown.
    """
    html = _parser().render(visible(markdown))
    return _sanitised(html, (_TEXT_TAGS | _MATH_TAGS) - _HEADINGS)


def _sanitised(html: str, tags: set[str]) -> Markup:
    return Markup(  # noqa: S704 - nh3 reduces it to the lists above
        nh3.clean(
            html,
            tags=tags,
            attributes=_ATTRIBUTES,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer",
        )
    )


def formula(source: str, *, block: bool) -> str:
    """Convert a LaTeX formula to MathML; the source itself if it cannot be read."""
    source = _ALIGNED.sub(r"\\\1{align*}", source.strip())
    try:
        math = convert(source, display="block" if block else "inline")
    except _FORMULA_ERRORS:
        return f'<code class="unreadable-formula">{escape(source)}</code>'
    return str(math)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark", {"html": False, "highlight": highlight_fence}
    ).enable(["table", "strikethrough"])
    parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_digits=False,
        renderer=_render_formula,
    )
    parser.use(anchors_plugin, min_level=2, max_level=3)
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    return parser


def _render_formula(source: str, options: dict[str, Any]) -> str:
    return formula(source, block=bool(options.get("display_mode")))


def _open_table(*_arguments: Any) -> str:
    return '<div class="scroll"><table>\n'


def _close_table(*_arguments: Any) -> str:
    return "</table></div>\n"
