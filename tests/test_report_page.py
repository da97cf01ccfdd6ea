"""The page about reports names every key that the schema names, and the reverse."""

import json
import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
SCHEMA = json.loads((DOCS / "report.schema.json").read_text("utf-8"))["$defs"]
PAGE = (DOCS / "report.md").read_text("utf-8")


def named(section: str) -> set[str]:
    """Return the keys in the first column of a section's tables."""
    rows = re.findall(r"(?m)^\| (`[^|]*) \|", section)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def test_the_page_and_the_schema_name_the_same_keys_of_a_report() -> None:
    whole, evidence = PAGE.split("## Evidence")

    known = {*SCHEMA["graded"]["properties"], *SCHEMA["result"]["properties"]}

    assert named(whole) == known
    assert named(evidence) == {*SCHEMA["evidence"]["properties"]}
