"""Signed-in students for load tests: their cookies are made here, not typed.

Signing in costs a slow hash on purpose; it is no part of what is measured. The same
key and the same code sign the cookies as in the web process, so the pages take them.
"""

import http.client
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_login import login_user
from flask_wtf.csrf import generate_csrf

from grader.cli.browser import form_body
from grader.cli.load.course import PATH, LoadedCourse
from grader.web import create_app

TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to, and how long that took.

    Parameters
    ----------
    status
        0 if there was no answer at all.
    """

    status: int
    location: str
    body: bytes
    seconds: float

    @property
    def submission_id(self) -> str:
        """Return the id in a receipt's address; empty if this is none."""
        if self.status != 303 or "/submissions/" not in self.location:
            return ""
        return self.location.rpartition("/submissions/")[2]


@dataclass(frozen=True, slots=True)
class Visitor:
    """One student with a session of its own."""

    user_id: int
    cookie: str
    token: str
    base_url: str

    def upload(self, files: dict[str, bytes], key: str = "") -> Answer:
        """Post the form of the assignment's page.

        Parameters
        ----------
        key
            Idempotency key of the form; the same again is a double click.
        """
        fields = {
            "csrf_token": self.token,
            "idempotency_key": key or secrets.token_hex(16),
        }
        body, kind = form_body(fields, files)
        return self._ask("POST", PATH, body, {"Content-Type": kind})

    def status(self, submission_id: str) -> Answer:
        """Ask for a report as the page's script does."""
        return self._ask("GET", f"/api/v1/submissions/{submission_id}")

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        extra: dict[str, str] | None = None,
    ) -> Answer:
        headers = {
            "Cookie": self.cookie,
            "Origin": self.base_url,
            "Referer": self.base_url + path,
            **(extra or {}),
        }
        address = urlsplit(self.base_url)
        began = time.perf_counter()
        connection = http.client.HTTPConnection(
            str(address.hostname), address.port, timeout=TIMEOUT_SECONDS
        )
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            read = answer.read()
        except (OSError, http.client.HTTPException):
            return Answer(0, "", b"", time.perf_counter() - began)
        finally:
            connection.close()
        location = answer.getheader("Location") or ""
        return Answer(answer.status, location, read, time.perf_counter() - began)


def sign_in(course: LoadedCourse, base_url: str) -> list[Visitor]:
    """Return every student of a course with a session."""
    app = create_app(course.settings, course.database)
    return [_signed_in(app, student, base_url) for student in course.students]


def _signed_in(app: Flask, student: int, base_url: str) -> Visitor:
    security: Any = app.extensions["security"]
    with app.test_request_context(base_url=base_url):
        login_user(security.datastore.find_user(id=student))
        token = generate_csrf()
        response = app.response_class()
        app.session_interface.save_session(app, _session(), response)
    cookie = response.headers["Set-Cookie"].partition(";")[0]
    return Visitor(student, cookie, token, base_url)


def _session() -> Any:
    """Return the session itself, not the proxy that views see."""
    from flask import session

    return session._get_current_object()  # type: ignore[attr-defined]
