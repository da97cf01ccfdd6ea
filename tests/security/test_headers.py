"""Every answer, also an error, a file and one for programs, carries the headers."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from grader.db import Database
from grader.web import create_app
from tests.security.addresses import filled, routes
from tests.security.furnished import Furnished

Visit = Callable[[str], FlaskClient]
NEVER = ("unsafe-inline", "unsafe-eval", "http:", "*", "data: ;")
NEEDED = (
    "default-src 'self'",
    "script-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
)


def answers(
    app: Flask, objects: Furnished, client: FlaskClient
) -> Iterator[TestResponse]:
    for method, _, rule in routes(app):
        if method == "GET" and "path:filename" not in rule:
            yield client.get(filled(rule, objects.ours))
    yield client.get("/nothing-here")
    yield client.get("/api/nothing-here")
    yield client.post("/sign-out")
    yield client.put("/")


def test_every_answer_says_what_a_browser_may_not_do(
    app: Flask, objects: Furnished, visit: Visit
) -> None:
    count = 0
    for answer in answers(app, objects, visit("ivo")):
        where = f"{answer.request.method} {answer.request.path}"
        policy = answer.headers["Content-Security-Policy"]
        assert [part for part in NEEDED if part not in policy] == [], where
        assert [part for part in NEVER if part in policy] == [], where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        assert answer.headers["Referrer-Policy"] == "same-origin", where
        assert answer.headers["X-Frame-Options"] == "DENY", where
        assert "camera=()" in answer.headers["Permissions-Policy"], where
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", where
        assert "no-store" in answer.headers["Cache-Control"], where
        assert "Access-Control-Allow-Origin" not in answer.headers, where
        assert (
            "charset=utf-8" in answer.content_type or "text/" not in answer.content_type
        )
        answer.close()
        count += 1
    assert count > 60


@pytest.mark.parametrize(
    ("base", "wanted"),
    [("https://grader.example.org", "max-age=31536000"), ("http://localhost", None)],
)
def test_browsers_are_told_to_stay_with_https_where_there_is_https(
    objects: Furnished, database: Database, base: str, wanted: str | None
) -> None:
    settings = replace(objects.world.settings, base_url=base)
    client = create_app(settings, database).test_client()
    assert client.get("/sign-in").headers.get("Strict-Transport-Security") == wanted


def test_nothing_that_changes_something_answers_to_other_methods(app: Flask) -> None:
    methods = {method for method, _, _ in routes(app)}
    assert methods <= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert "TRACE" not in methods
