"""What holds for every page: headers, errors, static files."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

import grader.web
from grader.db import Database
from grader.errors import ForbiddenError, RefusedError, StorageError
from grader.models import GradingRun
from grader.services import submissions
from grader.web import create_app
from grader.web.access import Access, requires
from tests.web.conftest import ASSIGNMENT, SERVICE, token_of, upload
from tests.web.seed import World

Visit = Callable[[str], FlaskClient]
STATIC = Path(grader.web.__file__).parent / "static"
TEMPLATES = Path(grader.web.__file__).parent / "templates"


def pages(world: World) -> list[tuple[str, str]]:
    report = f"/submissions/{world.ids['partial']}"
    return [
        ("anonymous", "/sign-in"),
        ("ada", "/"),
        ("ada", "/account/password"),
        ("ada", ASSIGNMENT),
        ("ada", report),
        ("ada", f"{report}/code"),
        ("ben", f"/submissions/{world.ids['running']}"),
        ("ada", f"/submissions/{world.ids['queued']}"),
        ("ivo", report),
        ("tess", f"{ASSIGNMENT}/submissions"),
        ("ivo", f"{ASSIGNMENT}/scores"),
        ("ivo", f"{ASSIGNMENT}/settings"),
        ("ivo", SERVICE),
        ("ada", "/nothing-here"),
    ]


class Inline(HTMLParser):
    """Collect what a strict policy would block, and ids used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.unlabelled: list[str] = []
        self._labels: set[str] = set()
        self._inputs: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        known = dict(attributes)
        for name, value in attributes:
            if name == "style" or name.startswith("on"):
                self.found.append(f"{tag} {name}")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {value}")
        is_data = known.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in known and not is_data):
            self.found.append(tag)
        if known.get("id"):
            self.ids.append(known["id"] or "")
        if tag == "label" and known.get("for"):
            self._labels.add(known["for"] or "")
        if tag in {"input", "select", "textarea"} and known.get("type") != "hidden":
            self._inputs.append((tag, known))

    def close(self) -> None:
        super().close()
        self.unlabelled = [
            str(known.get("name"))
            for _, known in self._inputs
            if known.get("id") not in self._labels
        ]


def test_every_page_has_nothing_inline_and_no_id_twice(
    visit: Visit, world: World
) -> None:
    for person, path in pages(world):
        parser = Inline()
        parser.feed(visit(person).get(path).text)
        parser.close()
        assert not parser.found, path
        assert len(parser.ids) == len(set(parser.ids)), path
        assert not parser.unlabelled, path


def test_every_page_has_title_language_skip_link_and_one_heading(
    visit: Visit, world: World
) -> None:
    for person, path in pages(world):
        text = visit(person).get(path).text
        assert '<html lang="en">' in text
        assert re.search(r"<title>\S.* · Backprop Grader</title>", text), path
        assert 'class="skip" href="#content"' in text
        assert len(re.findall(r"<h1[ >]", text)) == 1, path


def test_every_page_carries_the_headers(visit: Visit, world: World) -> None:
    for person, path in pages(world):
        headers = visit(person).get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "private, no-store", path


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    anonymous: FlaskClient,
) -> None:
    cookie = anonymous.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_over_https_cookies_are_secure_and_bound_to_the_host(
    world: World, database: Database
) -> None:
    settings = replace(world.settings, base_url="https://grader.example.org")
    answer = create_app(settings, database).test_client().get("/sign-in")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Strict-Transport-Security" in answer.headers


def test_get_changes_nothing_in_the_database(
    visit: Visit, world: World, database: Database
) -> None:
    path = world.settings.home / "grader.sqlite3"

    def state() -> tuple[str, int]:
        with database.read() as session:
            version = session.connection().exec_driver_sql("PRAGMA data_version")
            text = "\n".join(session.connection().connection.iterdump())
        assert version.scalar() is not None
        return hashlib.sha256(text.encode()).hexdigest(), path.stat().st_size

    # Signing in writes, so it comes first.
    signed_in = [(visit(person), address) for person, address in pages(world)]
    before = state()
    for client, address in signed_in:
        client.get(address)
    assert state() == before


@contextmanager
def raising(app: Flask, error: Exception) -> Iterator[None]:
    view = app.view_functions["student.home"]

    def broken() -> str:
        raise error

    app.view_functions["student.home"] = requires(Access.SIGNED_IN)(broken)
    try:
        yield
    finally:
        app.view_functions["student.home"] = view


def database_error() -> StorageError:
    error = StorageError("database: locked")
    error.__cause__ = OperationalError("SELECT", {}, Exception("locked"))
    return error


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (StorageError("blob store: disk full"), 507, "There is no room to store this"),
        (database_error(), 503, "The service is catching its breath"),
        (OperationalError("SELECT", {}, Exception("x")), 503, "catching its breath"),
        (ForbiddenError("no"), 403, "not for your role"),
        (RefusedError("Bad <b>.", code="bad", detail="^"), 422, "Bad &lt;b&gt;."),
        (ZeroDivisionError("secret"), 500, "Something broke on our side"),
    ],
    ids=["disk", "database", "driver", "forbidden", "refused", "bug"],
)
def test_each_failure_has_its_page_in_plain_words(
    app: Flask, visit: Visit, error: Exception, status: int, says: str
) -> None:
    client = visit("ada")
    with raising(app, error):
        answer = client.get("/")
    assert answer.status_code == status
    assert says in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_bug_shows_the_number_under_which_it_is_logged(
    app: Flask, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    with raising(app, ZeroDivisionError("secret")):
        text = visit("ada").get("/").text
    found = re.search(r"<code>([0-9a-f]{8})</code>", text)
    assert found is not None
    assert found.group(1) in caplog.text


def test_upload_while_the_disk_is_full_is_507_and_while_the_database_is_away_503(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visit("ada")
    for error, status in ((StorageError("disk"), 507), (database_error(), 503)):

        def refuse(*_a: object, error: Exception = error, **_k: object) -> None:
            raise error

        monkeypatch.setattr(submissions, "submit", refuse)
        answer = upload(client, {"mlp.py": b"x = 1\n"})
        assert answer.status_code == status


def test_programs_get_errors_as_json(visit: Visit) -> None:
    answer = visit("ada").get("/api/v1/submissions/nothing")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "not-found"


def test_wrong_method_says_which_are_right(visit: Visit) -> None:
    client = visit("ada")
    answer = client.post("/", data={"csrf_token": token_of(client)})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_health_answers_without_a_session(anonymous: FlaskClient) -> None:
    assert anonymous.get("/healthz").get_json() == {"status": "ok"}
    body = anonymous.get("/readyz").get_json()
    assert body["queued"] == 1
    assert body["running"] == 1


def test_not_ready_while_work_waits_and_nobody_is_there(
    anonymous: FlaskClient, database: Database
) -> None:
    with database.write() as session:
        session.execute(
            update(GradingRun).values(created_at=datetime.now(UTC) - timedelta(hours=1))
        )
    answer = anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["status"] == "stalled"


def test_not_ready_without_a_database(world: World, tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path}/no/such/folder/x.sqlite3"
    settings = replace(world.settings, database_url=nowhere)
    client = create_app(settings).test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_vendored_files_are_what_their_checksums_say() -> None:
    vendor = STATIC / "vendor"
    lines = (vendor / "SHA256SUMS").read_text().splitlines()
    stated = {name: digest for digest, name in map(str.split, lines)}
    scripts = {p.name for p in vendor.iterdir() if p.suffix in {".js", ".css"}}
    assert set(stated) == scripts
    for name, digest in stated.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest
        assert (vendor / f"{name.split('-')[0]}.LICENSE").is_file()


def test_static_files_may_be_kept_because_their_address_changes_with_them(
    visit: Visit,
) -> None:
    client = visit("ada")
    text = client.get("/").text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', text):
        answer = client.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert re.search(r"\?v=[0-9a-f]{12}$", address)
        answer.close()


def test_no_template_switches_escaping_off() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", ""), path.name
        assert "autoescape" not in text, path.name
    for path in STATIC.glob("js/*.js"):
        source = path.read_text(encoding="utf-8")
        assert "innerHTML" not in source, path.name
        assert "eval(" not in source, path.name
