"""Row 4 and 16: whatever somebody typed, printed or called a file stays text."""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, Enum, String, select, update

from grader.db import Database
from grader.models import Base
from grader.services import audit
from grader.web.handout import render
from tests.security.addresses import filled, routes
from tests.security.furnished import Furnished
from tests.security.payloads import (
    ATTRIBUTES,
    CONTROLS,
    EVALUATED,
    LINKS,
    MARKUP,
    TEMPLATES,
    live,
)

Visit = Callable[[str], FlaskClient]
ALL = (*MARKUP, *ATTRIBUTES, *LINKS, *TEMPLATES, CONTROLS)
PLANTED = "\n".join(ALL)
# Names that rows are found by, and words that the program itself chose.
_KEPT = {"slug", "timezone", "entry", "join_code", "action", "check_id", "mistake"}
_KEPT |= {"password", "fs_uniquifier", "totp_secret", "start", "jail_tier"}
_KEPT |= {"sha256", "digest", "hash", "previous_hash", "idempotency_key"}
# An address is drawn into the code that telephones scan, which has an end.
_SHORT = {"email"}
SHORT = f"{CONTROLS}<img src=x onerror=pwned()>"
_KEPT_KEYS = {"verdict", "status", "check", "id", "kind", "visibility", "file", "key"}
_AREA = re.compile("(?s)<textarea.*?</textarea>")
_UNSEEN = {one for one in CONTROLS if not one.isprintable()}
_KEPT_KEYS |= {"component", "mode", "meant", "version", "assignment", "unit"}


def planted(value: Any, key: str = "") -> Any:
    """Return a JSON value with every text in it replaced."""
    if isinstance(value, dict):
        return {name: planted(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [planted(one, key) for one in value]
    is_text = isinstance(value, str) and value not in {"nan", "inf", "-inf"}
    return PLANTED if is_text and key not in _KEPT_KEYS else value


def named(manifest: dict[str, str]) -> dict[str, str]:
    """Return files under names as hostile as intake lets them be."""
    hostile = {f"{one.replace('/', '|')}.py" for one in (*ATTRIBUTES, *MARKUP[::9])}
    return {**manifest, **dict.fromkeys(sorted(hostile), next(iter(manifest.values())))}


def plant(database: Database, facts: dict[str, Any]) -> int:
    """Put the payloads into every column that holds a text of somebody's."""
    count = 0
    with database.write() as session:
        for table in Base.metadata.sorted_tables:
            if table.name == "audit_entry":
                continue  # nobody can change what is in it
            keys = list(table.primary_key.columns)
            for row in session.execute(select(table)).mappings().all():
                new = dict(_replaced(table, row, count))
                if new:
                    here = [key == row[key.name] for key in keys]
                    session.execute(update(table).where(*here).values(new))
                    count += len(new)
        for reason in ALL:
            audit.add(session, "regraded", reason=reason, **facts)
    return count


def _replaced(table: Any, row: Any, mark: int) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        value = row[column.name]
        if column.name in _KEPT or column.primary_key or column.foreign_keys:
            continue
        if column.name in {"files", "originals"} and table.name == "submission":
            yield column.name, named(value)
        elif isinstance(column.type, JSON) and table.name != "assignment_snapshot":
            if "manifest" not in column.name and table.name not in _OF_STORE:
                yield column.name, planted(value)
        elif _is_text(column) and value is not None:
            text = SHORT if column.name in _SHORT else PLANTED
            yield column.name, f"{text}{mark}"


def _is_text(column: Any) -> bool:
    return isinstance(column.type, String) and not isinstance(column.type, Enum)


# Their JSON names blobs by hash, or is read back by the program as what it wrote.
_OF_STORE = {"draft", "draft_save", "trial", "assignment", "rerun_batch"}


@pytest.fixture(scope="module")
def places(database: Database, objects: Furnished) -> int:
    facts = {
        "actor_id": objects.world.people["tess"],
        "submission_id": uuid.UUID(objects.ours["submission"]),
        "old": {"text": PLANTED[:900]},
        "new": {"text": PLANTED[-900:]},
    }
    return plant(database, facts)


def bodies(
    app: Flask, objects: Furnished, clients: list[FlaskClient]
) -> Iterator[tuple[str, int, str]]:
    for method, endpoint, rule in routes(app):
        if method == "GET" and "path:filename" not in rule:
            for client in clients:
                answer = client.get(filled(rule, objects.ours))
                if answer.mimetype == "text/html":
                    yield endpoint, answer.status_code, answer.text
                answer.close()


def test_every_payload_would_be_alive_if_it_were_not_escaped() -> None:
    around: tuple[str, ...] = (
        "<p>{}</p>",
        '<input value="{}">',
        "<input value='{}'>",
        "<b {}>",
    )
    around += ("<textarea>{}</textarea>", "<title>{}</title>", "<!-- {} -->")
    around += ('<a href="{}">x</a>',)
    for payload in (*MARKUP, *ATTRIBUTES, *LINKS[::2]):
        assert any(live(one.format(payload)) for one in around), payload
    assert len(set(MARKUP)) == 200


def test_nothing_that_anybody_wrote_is_alive_or_evaluated_on_any_page(
    app: Flask, objects: Furnished, visit: Visit, places: int
) -> None:
    wrong: list[tuple[str, object]] = []
    shown, count = set(), 0
    for endpoint, status, text in bodies(app, objects, [visit("ivo"), visit("ada")]):
        count += 1
        if "pwned" in text:
            shown.add(endpoint)
        if status >= 500:
            wrong.append((endpoint, status))
        if found := live(text):
            wrong.append((endpoint, found[:3]))
        if EVALUATED in text or "Undefined" in text:
            wrong.append((endpoint, "evaluated"))
        # What somebody edits comes back as it was typed.
        if unseen := set(_AREA.sub("", text)) & _UNSEEN:
            wrong.append((endpoint, ascii(unseen)))
    assert wrong == []
    assert places > 100
    assert count > 100
    assert len(shown) > 40


def test_no_text_of_a_handout_is_alive_or_evaluated() -> None:
    page = str(render("\n\n".join(ALL), "A title"))
    assert live(page) == []
    assert EVALUATED not in page
    assert "pwned" in page
