"""A service as a program sees it: requests that are tried again, sentences back."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from typing import Any, NoReturn

from grader.errors import GraderError

_TIMEOUT_SECONDS = 30.0
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_LONGEST_PAUSE = 60.0
_PASSING = frozenset({429, 502, 503, 504})
_MOST_BYTES = 64 << 20


class RefusedByServiceError(GraderError):
    """The service said no; ``code`` is its stable word and ``lines`` are its detail."""

    def __init__(self, sentence: str, *, status: int, code: str, lines: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.lines = lines


class UnreachableError(GraderError):
    """The service did not answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; ``body`` is empty if nothing has changed."""

    status: int
    body: Mapping[str, Any]
    etag: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follow nothing: the token would go along to wherever it leads."""

    def redirect_request(self, *_arguments: Any, **_options: Any) -> None:
        return None


class Service:
    """One service, asked with one token.

    Parameters
    ----------
    sleep, notice
        How to wait, and whom to tell that the connection is lost.
    """

    def __init__(
        self,
        server: str,
        token: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._server = server
        self._token = token
        self._sleep = sleep
        self._notice = notice
        self._opener = urllib.request.build_opener(_NoRedirect())

    def get(self, path: str, *, etag: str = "") -> Reply:
        """Read something.

        Raises
        ------
        RefusedByServiceError, UnreachableError
            As ``post``.
        """
        extra = {"If-None-Match": etag} if etag else {}
        return self._patiently("GET", path, None, extra)

    def post(self, path: str, body: bytes, extra: Mapping[str, str]) -> Reply:
        """Send something; the same again must do no harm, for it is tried again.

        Raises
        ------
        RefusedByServiceError
            With the sentence of the service.
        UnreachableError
            After the last try.
        """
        return self._patiently("POST", path, body, extra)

    def _patiently(
        self, method: str, path: str, body: bytes | None, extra: Mapping[str, str]
    ) -> Reply:
        for pause in (*_PAUSES, None):
            try:
                return self._once(method, path, body, extra)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 304:
                        return Reply(304, {}, error.headers.get("ETag", ""))
                    if error.code not in _PASSING or pause is None:
                        _refuse(error)
                    wait = max(pause, _asked_to_wait(error.headers))
                    self._wait(f"The service is busy (status {error.code})", wait)
            except (OSError, HTTPException) as error:
                if pause is None:
                    raise UnreachableError(
                        f"{self._server} does not answer: {_reason(error)}."
                    ) from None
                self._wait(f"No connection ({_reason(error)})", pause)
        raise AssertionError("the last try either returns or raises")

    def _once(
        self, method: str, path: str, body: bytes | None, extra: Mapping[str, str]
    ) -> Reply:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            **extra,
        }
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._server + path, data=body, headers=headers, method=method
        )
        with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            values = _json(answer.read(_MOST_BYTES))
            return Reply(answer.status, values, answer.headers.get("ETag", ""))

    def _wait(self, what: str, seconds: float) -> None:
        self._notice(f"{what}. Trying again in {seconds:.0f} s.")
        self._sleep(seconds)


def _asked_to_wait(headers: Message) -> float:
    given = headers.get("Retry-After", "")
    return min(float(given), _LONGEST_PAUSE) if given.isdecimal() else 0.0


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", "") or error) or type(error).__name__


def _refuse(error: urllib.error.HTTPError) -> NoReturn:
    """Raise what an answer that is no success says."""
    if 300 <= error.code < 400:
        raise RefusedByServiceError(
            f"The service sends us on to {error.headers.get('Location', 'nowhere')}. "
            "Your token does not follow; use that address if you trust it.",
            status=error.code,
            code="redirect",
            lines="",
        )
    try:
        body = _json(error.read(_MOST_BYTES))
    except (UnreachableError, OSError, HTTPException):
        body = {}
    fallback = f"The service answered with status {error.code} and no reason."
    raise RefusedByServiceError(
        str(body.get("detail", fallback)),
        status=error.code,
        code=str(body.get("code", error.code)),
        lines=str(body.get("lines", "")),
    )


def _json(content: bytes) -> Mapping[str, Any]:
    try:
        values = json.loads(content)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise UnreachableError(
            "What answered is not a grading service. Is the address right?"
        )
    return values
