"""Numbers for a monitoring system; not for everybody."""

import hmac
import os
import time
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from grader.errors import NotFoundError
from grader.services import metrics as numbers
from grader.services.exposition import CONTENT_TYPE, render
from grader.web.access import Access, requires
from grader.web.backend import backend

blueprint = Blueprint("metrics", __name__)

LOCAL = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
# A request with one of these was passed on, whoever sent it first.
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-Ip")
# The files are looked through only so often.
SIZED_EVERY_SECONDS = 300.0


@blueprint.get("/metrics")
@requires(Access.PUBLIC)
def metrics() -> Response:
    """Answer whoever has the token; if there is none, only this machine."""
    if not _is_allowed():
        raise NotFoundError("the metrics are not for this visitor")
    here = backend()
    period = int(time.monotonic() / SIZED_EVERY_SECONDS)
    size = blob_bytes(here.settings.blob_dir, period)
    with here.database.read() as session:
        text = render(numbers.collect(session, blob_bytes=size))
    answer = make_response(text)
    answer.headers["Content-Type"] = CONTENT_TYPE
    return answer


def _is_allowed() -> bool:
    token = backend().settings.metrics_token
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    passed_on = any(name in request.headers for name in FORWARDED)
    return request.remote_addr in LOCAL and not passed_on


@lru_cache(maxsize=1)
def blob_bytes(directory: Path, period: int) -> int:
    """Return the size of all stored files, counted once in each period."""
    try:
        folders = [entry for entry in os.scandir(directory) if entry.is_dir()]
    except OSError:
        return 0
    return sum(_size(file) for folder in folders for file in os.scandir(folder))


def _size(file: os.DirEntry[str]) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        # It was being written, and has got its own name meanwhile.
        return 0
