"""What a report still gives away to a student who is to read no hints."""

import json
import re
from datetime import UTC, datetime

from grader.assignments.spec import HintsSpec
from grader.report import Diagnosis, Report
from grader.services import hints

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NEVER = HintsSpec(show="never", diagnosis="hidden")
# So many words in a row are no accident; three such as "the bias gradient" may be.
FRAGMENT = 4
# A picture's points, and code with which students run a case: numbers and calls.
NO_SENTENCES = ("curves", "replay")


def given_away(report: Report) -> list[str]:
    """Return words of a diagnosis that a student reads though hints are hidden."""
    curtain = hints.for_student(NEVER, number=9, received_at=NOW, now=NOW)
    seen = [curtain.seen(result) for result in report.results]
    assert all(result.diagnosis is None for result in seen)
    named = {result.diagnosis for result in report.results if result.diagnosis}
    return [
        f"{result.check}.{result.quantity}: {fragment}"
        for result in seen
        for fragment in sorted(_said(result.to_json(), named))
    ]


def _said(result: dict, named: set[Diagnosis]) -> set[str]:
    facts = {k: v for k, v in result["evidence"].items() if k not in NO_SENTENCES}
    text = f" {_plain(result['message'])} {_plain(json.dumps(facts))} "
    texts = {text for one in named for text in (one.title, one.hint)}
    fragments = {fragment for one in texts for fragment in _fragments(_plain(one))}
    return {fragment for fragment in fragments if f" {fragment} " in text}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9_]+", text.lower()))


def _fragments(text: str) -> list[str]:
    words = text.split()
    last = max(1, len(words) - FRAGMENT + 1)
    return [" ".join(words[start : start + FRAGMENT]) for start in range(last)]
