"""A student's browser in miniature: cookies, forms with their tokens, uploads."""

import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any

from grader.errors import GraderError


class PageError(GraderError):
    """The service answered with something that the command did not expect."""


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: final address, status and text."""

    url: str
    status: int
    text: str


class _Forms(HTMLParser):
    """Collect each form's action and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "input" and given.get("type") == "hidden" and self.forms:
            self.forms[-1][1][given.get("name", "")] = given.get("value", "")


class Browser:
    """Follow redirects and keep cookies, as one signed-in person would.

    Parameters
    ----------
    base_url
        Address of the service, without a slash at the end.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        )

    def get(self, path: str) -> Page:
        """Fetch a page; any status is returned, not raised."""
        return self._open(self._request(path))

    def get_json(self, path: str) -> dict[str, Any]:
        """Fetch a JSON document.

        Raises
        ------
        PageError
            If the answer is no JSON or not a success.
        """
        page = self.get(path)
        if page.status != 200:
            raise PageError(f"{path} answered with status {page.status}")
        return json.loads(page.text)

    def sign_in(self, email: str, password: str) -> None:
        """Fill in the sign-in form.

        Raises
        ------
        PageError
            If the service does not let this person in.
        """
        page = self.submit("/sign-in", {"email": email, "password": password})
        if page.status != 200 or page.url.rstrip("/").endswith("/sign-in"):
            raise PageError(f"{email} could not sign in")

    def submit(
        self,
        path: str,
        fields: Mapping[str, str],
        files: Mapping[str, bytes] | None = None,
        *,
        action: str = "",
    ) -> Page:
        """Fill in a form of the page at ``path`` and send it.

        Parameters
        ----------
        action
            Part of the address that the form posts to, if the page has several forms.
        files
            Sent as the form's field ``files``, name to bytes.

        Raises
        ------
        PageError
            If the page has no such form.
        """
        page = self.get(path)
        forms = _Forms()
        forms.feed(page.text)
        found = [form for form in forms.forms if action in form[0]]
        if not found:
            raise PageError(f"{path} (status {page.status}) has no form for {action!r}")
        target, hidden = found[-1]
        body, kind = form_body({**hidden, **fields}, files)
        request = self._request(target or path, body)
        request.add_header("Content-Type", kind)
        request.add_header("Origin", self.base_url)
        request.add_header("Referer", page.url)
        return self._open(request)

    def _request(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        address = urllib.parse.urljoin(self.base_url + "/", path)
        if not address.startswith(self.base_url + "/"):
            raise PageError(f"{address} is not an address of {self.base_url}")
        return urllib.request.Request(address, body)  # noqa: S310 - checked above

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return Page(answer.url, answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Page(error.url or "", error.code, error.read().decode())
        except OSError as error:
            raise PageError(f"the service does not answer: {error}") from error


def form_body(
    fields: Mapping[str, str], files: Mapping[str, bytes] | None
) -> tuple[bytes, str]:
    """Return a form's body and its content type."""
    if files is None:
        body = urllib.parse.urlencode(fields).encode()
        return body, "application/x-www-form-urlencoded"
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        f"{value}\r\n".encode()
        for name, value in fields.items()
    ]
    for name, content in files.items():
        head = (
            f"--{boundary}\r\nContent-Disposition: form-data; "
            f'name="files"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        parts.append(head.encode() + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
