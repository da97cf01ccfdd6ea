"""Row 2: columns that no form has are no way into the database."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from grader.db import Database
from grader.models import Base
from tests.security.addresses import filled, routes, state
from tests.security.forms import Form, forms_of
from tests.security.furnished import Furnished

Visit = Callable[[str], FlaskClient]
# An assistant is shown no form that an instructor is not.
PEOPLE = ("ada", "ivo")
# One value that a number, a flag, a word and a moment could be mistaken for.
PLANTED = "7"
MODEL_COLUMNS = sorted(
    {
        name
        for table in Base.metadata.tables.values()
        for column in table.columns
        for name in (column.name, f"{table.name}.{column.name}", f"{table.name}_id")
    }
)
# What is made anew with each request: ids, moments, hashes, secrets.
_FRESH = re.compile(
    r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^']*'|'[0-9a-f]{16,64}'"
    r"|\"?\b[0-9a-f]{8}-[0-9a-f-]{27}\b"
    r"|\d{4}-\d\d-\d\dT[\d:.+]+|'[\w$./+=-]{40,}'|\b\d{12,}|'bpg_[^']*'"
    r"|\b\d+\.\d{4,}(?:e-?\d+)?"
)
_JOIN_CODE = re.compile(r"(?<=\*,)'[a-z\d]{10}'(?=,\d\);)")


def changes(before: str, after: str) -> list[str]:
    """Return the lines that are not in both dumps, without what differs by chance."""
    lines = set(before.splitlines()) ^ set(after.splitlines())
    return sorted(_JOIN_CODE.sub("*", _FRESH.sub("*", line)) for line in lines)


def pages(app: Flask, objects: Furnished) -> Iterator[str]:
    for method, _, rule in routes(app):
        if method == "GET" and "path:filename" not in rule:
            yield filled(rule, objects.ours)


def all_forms(
    app: Flask, objects: Furnished, clients: list[FlaskClient]
) -> list[tuple[FlaskClient, Form]]:
    """Return each kind of form once, with somebody who is shown it."""
    found: dict[tuple[str, tuple[str, ...]], tuple[FlaskClient, Form]] = {}
    find = app.url_map.bind("localhost").match
    for client in clients:
        for page in pages(app, objects):
            answer = client.get(page)
            for form in (
                forms_of(answer.text, page) if answer.mimetype == "text/html" else ()
            ):
                endpoint = find(form.action.partition("?")[0], method="POST")[0]
                # Who has signed out cannot send it again.
                if endpoint != "security.logout":
                    found.setdefault((endpoint, form.names), (client, form))
    return list(found.values())


def test_a_form_sent_with_every_column_of_every_table_does_what_it_does_without(
    app: Flask, objects: Furnished, visit: Visit, database: Database, tmp_path: Path
) -> None:
    live = objects.world.settings.home / "grader.sqlite3"
    kept = tmp_path / "kept.sqlite3"
    forms = all_forms(app, objects, [visit(person) for person in PEOPLE])
    copy(live, kept)
    different, changed = [], 0
    before = state(database)
    for client, form in forms:
        extra = [(name, PLANTED) for name in MODEL_COLUMNS if name not in form.names]
        ended = []
        for fields in (form.fields, [*form.fields, *extra]):
            answer = client.post(form.action, data=as_data(fields))
            answer.close()
            ended.append((answer.status_code, changes(before, state(database))))
            copy(kept, live)
        changed += bool(ended[0][1])
        # A field that some form has may be refused; it must not be obeyed in part.
        refused = ended[1][0] >= 400 and not ended[1][1]
        if ended[0] != ended[1] and not refused:
            new = set(ended[1][1]) ^ set(ended[0][1])
            different.append((form.action, ended[0][0], ended[1][0], new))
    assert different == []
    assert len(MODEL_COLUMNS) > 250
    assert len(forms) > 50
    assert changed > 25


def as_data(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return data


def copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source)) as one,
        closing(sqlite3.connect(target)) as two,
    ):
        one.backup(two)
