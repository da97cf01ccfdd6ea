"""A student's browser: signed in, and posting to a real web process."""

import re
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException

from sqlalchemy import select

from grader.models import Assignment, Course, User
from grader.services import sessions
from grader.web import create_app
from tests.chaos.site import Site

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# The connection ended without an answer: the process behind it died.
NO_ANSWER = 0


@dataclass(frozen=True)
class Answer:
    """What came back for an upload.

    Parameters
    ----------
    seconds
        Until it came.
    submission_id
        Where the browser was sent; empty if it was not.
    """

    status: int
    seconds: float
    submission_id: str = ""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Browser:
    """One student, signed in without the cost of hashing a password."""

    def __init__(self, site: Site) -> None:
        assert site.listener is not None
        self._base = f"http://127.0.0.1:{site.listener.getsockname()[1]}"
        self._path = _path(site)
        self._origin = site.settings.base_url
        app = create_app(site.settings, site.database)
        client = app.test_client()
        with site.database.write() as session:
            user = session.get_one(User, site.world.student)
            key = sessions.start(
                session,
                user_id=user.id,
                mark=user.fs_uniquifier,
                now=datetime.now(UTC),
            )
        with client.session_transaction() as cookie:
            cookie["_user_id"] = key
            cookie["_fresh"] = True
        found = TOKEN.search(client.get(self._path).text)
        assert found is not None
        self._token = found.group(1)
        kept = client.get_cookie("session")
        assert kept is not None
        self._cookie = f"session={kept.value}"
        self._opener = urllib.request.build_opener(_Stay)

    def is_answered(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._base}/healthz", timeout=5):
                return True
        except (OSError, HTTPException):
            return False

    def post(self, text: str, *, key: str = "", timeout: float = 60.0) -> Answer:
        """Upload one file; the same key again is the same upload."""
        began = time.monotonic()
        status, place = self._send(self._request(text, key), timeout)
        seconds = time.monotonic() - began
        return Answer(status, seconds, place.rpartition("/")[2])

    def _request(self, text: str, key: str) -> urllib.request.Request:
        mark = uuid.uuid4().hex
        fields = {"csrf_token": self._token, "idempotency_key": key}
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}'
            for name, value in fields.items()
        ]
        file = 'name="files"; filename="tiny.py"\r\nContent-Type: text/x-python'
        parts += [
            f"--{mark}\r\nContent-Disposition: form-data; {file}\r\n\r\n{text}",
            f"--{mark}--\r\n",
        ]
        return urllib.request.Request(
            self._base + self._path,
            data="\r\n".join(parts).encode(),
            headers={
                "Content-Type": f"multipart/form-data; boundary={mark}",
                "Cookie": self._cookie,
                "Origin": self._origin,
            },
        )

    def _send(self, request: urllib.request.Request, wait: float) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=wait) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers.get("Location", "")
        except (OSError, HTTPException):
            return NO_ANSWER, ""


def _path(site: Site) -> str:
    with site.database.read() as session:
        assignment = session.get_one(Assignment, site.world.assignment_id)
        course = session.scalars(
            select(Course).where(Course.id == assignment.course_id)
        ).one()
        return f"/courses/{course.slug}/assignments/{assignment.slug}"
