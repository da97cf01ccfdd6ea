"""``grader bench dashboard``: how long pages take in a course of a thousand."""

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from grader.cli.load.classroom import COURSE, Classroom, Size, fill, graded_again
from grader.cli.load.course import settings_at
from grader.cli.load.databases import database
from grader.db import Database
from grader.models import User
from grader.services import reruns, sessions
from grader.services.reruns import Meant, Order, Version
from grader.storage import BlobStore
from grader.web import create_app
from grader.web.access import Access, access_of

BAR_MS = 300.0
_PLACEHOLDER = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
# What stands in addresses and is known here; other pages need more than a number.
_KNOWN = {"course", "assignment", "submission"}
_STAFF = {Access.TA, Access.INSTRUCTOR}
_TRIVIAL = "health.alive"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Timed:
    """One page as one visitor gets it; ``is_file`` for what is saved, not shown."""

    visitor: str
    endpoint: str
    status: int
    median_ms: float
    queries: int
    kilobytes: float
    is_file: bool


def run(size: Size, kind: str, rounds: int, only: str, say: Say) -> bool:
    """Fill a database, measure, and tell whether every page was quick enough."""
    with tempfile.TemporaryDirectory(prefix="grader-dashboard-") as folder:
        home = Path(folder)
        with database(kind, home) as server:
            settings = settings_at(home, server.url, GRADER_SECRET_KEY="x" * 40)
            opened = Database(settings.database_url)
            try:
                began = time.monotonic()
                classroom = fill(opened, BlobStore(settings.blob_dir), size)
                _analyze(opened)
                say(f"\n{kind}: {size}, filled in {time.monotonic() - began:.0f} s")
                app = create_app(settings, opened)
                timed = list(_pages(app, opened, classroom, rounds, only))
                _report(timed, say)
                if not only:
                    _reruns(opened, classroom, say)
            finally:
                opened.dispose()
    return all(one.median_ms <= BAR_MS for one in timed if not one.is_file)


def _analyze(opened: Database) -> None:
    """Let the planner know what is there, as it would after a night."""
    with opened.write() as session:
        session.execute(text("ANALYZE"))


def _pages(
    app: Flask, opened: Database, classroom: Classroom, rounds: int, only: str
) -> Iterator[Timed]:
    clients = {
        "instructor": _signed_in(app, opened, classroom.instructor),
        "student": _signed_in(app, opened, classroom.student),
    }
    values = {
        "course": COURSE,
        "assignment": classroom.assignment,
        "submission": classroom.submission,
    }
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        wanted = rule.endpoint == _TRIVIAL or re.search(only, rule.endpoint)
        if not wanted or "GET" not in (rule.methods or ()):
            continue
        if not set(_PLACEHOLDER.findall(rule.rule)) <= _KNOWN:
            continue
        path = _PLACEHOLDER.sub(lambda found: values[found[1]], rule.rule)
        for visitor in _visitors(app, rule.endpoint):
            client = clients[visitor]
            yield _time(opened, client, visitor, rule.endpoint, path, rounds)


def _visitors(app: Flask, endpoint: str) -> tuple[str, ...]:
    access = access_of(app, endpoint)
    if access in _STAFF:
        return ("instructor",)
    if endpoint == _TRIVIAL or access is Access.STUDENT:
        return ("student",)
    return ("student", "instructor") if access is Access.SIGNED_IN else ()


def _signed_in(app: Flask, opened: Database, user_id: int) -> FlaskClient:
    client = app.test_client()
    with opened.write() as session:
        mark = session.get_one(User, user_id).fs_uniquifier
        now = datetime.now(UTC)
        key = sessions.start(session, user_id=user_id, mark=mark, now=now)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = key
        cookie["_fresh"] = True
    return client


def _time(
    opened: Database,
    client: FlaskClient,
    visitor: str,
    endpoint: str,
    path: str,
    rounds: int,
) -> Timed:
    # The first one compiles templates and statements.
    client.get(path).close()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(path).close()
        seconds.append(time.perf_counter() - began)
    with _counted(opened) as sent:
        answer = client.get(path)
    return Timed(
        visitor=visitor,
        endpoint=endpoint,
        status=answer.status_code,
        median_ms=1000 * statistics.median(seconds),
        queries=len(sent),
        kilobytes=len(answer.data) / 1024,
        is_file="Content-Disposition" in answer.headers,
    )


@contextmanager
def _counted(opened: Database) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_c: Any, _x: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(opened.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(opened.engine, "before_cursor_execute", note)


def _report(timed: list[Timed], say: Say) -> None:
    trivial = next(one.median_ms for one in timed if one.endpoint == _TRIVIAL)
    say("\n| page | visitor | status | median | times trivial | queries | size |")
    say("| --- | --- | --- | --- | --- | --- | --- |")
    for one in sorted(timed, key=lambda one: -one.median_ms):
        over = " (over)" if one.median_ms > BAR_MS and not one.is_file else ""
        name = f"{one.endpoint} (file)" if one.is_file else one.endpoint
        say(
            f"| {name} | {one.visitor} | {one.status} | {one.median_ms:.0f} ms{over} | "
            f"{one.median_ms / trivial:.0f} | {one.queries} | {one.kilobytes:.0f} KB |"
        )
    say(f"\nEach page at most {BAR_MS:.0f} ms; files are not held to that.")


def _reruns(opened: Database, classroom: Classroom, say: Say) -> None:
    """Say what a rerun of everybody's score costs, but for the grading."""
    order = Order(Meant.COUNTING, Version.PUBLISHED, "to measure")
    assignment, teacher = classroom.assignment_id, classroom.instructor
    marks = [time.perf_counter()]
    with opened.write() as session:
        batch = reruns.order(session, assignment, teacher, order)
    marks.append(time.perf_counter())
    with opened.write() as session:
        graded_again(session, batch)
    graded = time.perf_counter()
    with opened.read() as session:
        seen = reruns.preview(session, batch)
    previewed = time.perf_counter()
    with opened.write() as session:
        count = reruns.apply(session, batch, teacher)
    applied = time.perf_counter()
    with opened.write() as session:
        reruns.undo(session, batch, teacher)
    undone = time.perf_counter()
    say(
        f"\nA rerun of {count} submissions: order {marks[1] - marks[0]:.2f} s, preview "
        f"of {len(seen.changes)} changes {previewed - graded:.2f} s, apply "
        f"{applied - previewed:.2f} s, undo {undone - applied:.2f} s."
    )
