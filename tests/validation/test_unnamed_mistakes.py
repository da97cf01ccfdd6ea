"""Every collected mistake has a name in some report, or a reason why it has none."""

import re
from pathlib import Path

import grader.checks
from grader.validation.unnamed_mistakes import COLLECTED, UNNAMED, table
from reference.misconceptions import for_operation
from reference.operations import names

ROOT = Path(__file__).resolve().parents[2]
CHECKS = Path(next(iter(grader.checks.__path__)))
NUMBER = re.compile(r'"(M\d{2,3})"')
ALL = {f"M{number:02d}" for number in range(1, COLLECTED + 1)}


def named() -> set[str]:
    """Return the numbers that the library and the checks give to answers."""
    library = {entry.id for name in names() for entry in for_operation(name)}
    sources = (path.read_text("utf-8") for path in CHECKS.rglob("*.py"))
    return library | {number for text in sources for number in NUMBER.findall(text)}


def test_every_collected_mistake_is_named_or_has_a_reason_and_never_both():
    known = named() & ALL

    assert known | UNNAMED.keys() == ALL
    assert known & UNNAMED.keys() == set()


def test_far_more_mistakes_are_named_than_are_asked_for():
    assert len(named() & ALL) >= 150


def test_the_page_has_the_same_reasons():
    page = (ROOT / "docs" / "validate.md").read_text("utf-8")

    assert table() in page
