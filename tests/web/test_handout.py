"""Handouts: Markdown and formulas become harmless HTML."""

from html.parser import HTMLParser

import pytest

from grader.assignments import load_folder, shipped
from grader.web.handout import formula, render

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<svg onload=alert(1)>",
    "$\\text{<script>alert(1)</script>}$",
    "$<img src=x onerror=alert(1)>$",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\style{color:red}{x}$",
    "$\\class{x}{y}$",
    '```"><script>alert(1)</script>\nx\n```',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    '<a href="jav\tascript:alert(1)">x</a>',
]


class Live(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        if tag in {"script", "img", "svg", "iframe", "style", "object", "form"}:
            self.found.append(tag)
        for name, value in attributes:
            address = (value or "").strip().lower()
            if name.startswith("on") or name == "style":
                self.found.append(name)
            if address.startswith(("javascript:", "data:")):
                self.found.append(address)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_handout_can_run(text: str) -> None:
    parser = Live()
    parser.feed(str(render(text)))
    assert not parser.found


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (r"\frac{1}{N}\sum_{n=1}^{N} x_n", "<mfrac>"),
        (r"\begin{bmatrix}1 & 2\\3 & 4\end{bmatrix}", "<mtable>"),
        (r"\begin{cases}x & x > 0\\0\end{cases}", "<mtable>"),
        (r"\begin{aligned}a &= b\\c &= d\end{aligned}", "<mtable"),
        (r"\mathbb{R}^{N \times D}", "\u211d"),
        (r"\lVert x \rVert_2", "msub"),
        (r"\underbrace{x + y}_{z}", "munder"),
        (r"\hat{y} \odot \partial L", "mover"),
    ],
)
def test_formulas_of_the_field_become_mathml(source: str, part: str) -> None:
    html = str(render(f"$${source}$$"))
    assert part in html
    assert "unreadable-formula" not in html


def test_formula_that_cannot_be_read_is_shown_as_it_was_typed() -> None:
    html = str(render("before $\\frac{$ after"))
    assert "\\frac{" in html
    assert "after" in html


def test_inline_and_block_formulas_differ() -> None:
    assert 'display="inline"' in formula("x", block=False)
    assert 'display="block"' in formula("x", block=True)


def test_price_is_no_formula() -> None:
    assert "<math" not in render("It costs 5$ and then 6$ more.")


def test_first_heading_that_repeats_the_title_is_left_out() -> None:
    assert "<h1" not in render("# Tiny MLP\n\nText.", "Tiny MLP")
    assert "<h1" in render("# Other\n\nText.", "Tiny MLP")


def test_tables_scroll_within_themselves() -> None:
    html = str(render("| a | b |\n| --- | --- |\n| 1 | 2 |\n"))
    assert '<div class="scroll"><table>' in html


def test_every_formula_of_the_shipped_assignment_can_be_read() -> None:
    assignment = load_folder(shipped("modular-mlp"))
    html = str(render(assignment.handout, assignment.spec.title))
    assert "<math" in html
    assert "unreadable-formula" not in html
