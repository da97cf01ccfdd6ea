"""Answers to everything that goes wrong, in plain words and with the right status."""

import logging
import uuid
from dataclasses import dataclass

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    render_template,
    request,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from grader.errors import (
    ForbiddenError,
    GraderError,
    NotFoundError,
    RefusedError,
    SandboxUnavailableError,
    StorageError,
)
from grader.web.backend import backend
from grader.web.filters import size
from grader.web.health import note_refused_storage
from grader.web.json_api import problems

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    text: str


_WORDS = {
    400: _Words(
        "The browser sent something we could not read",
        "Go back, reload the page and try again. Nothing was changed.",
    ),
    401: _Words(
        "Please sign in", "This address answers only to someone who is signed in."
    ),
    403: _Words(
        "This page is not for your role",
        "You are signed in, but your role in this course does not include this page. "
        "If you think it should, ask the instructor.",
    ),
    404: _Words(
        "There is no such page",
        "The address may be mistyped, or it belongs to someone else. "
        "Your own work is on the home page.",
    ),
    405: _Words(
        "This address cannot do that",
        "Go back to the page you came from and use its buttons.",
    ),
    413: _Words(
        "This upload is too large",
        "A submission may have {limit}. Leave out data files, images and folders such "
        "as __pycache__; the grader brings its own data. No attempt was used.",
    ),
    422: _Words("This could not be accepted", "Nothing was changed."),
    429: _Words(
        "Too many tries",
        "Wait a moment and try again. This protects accounts from being guessed.",
    ),
    500: _Words(
        "Something broke on our side",
        "This is our mistake, not yours, and it costs you no attempt. Try again in a "
        "minute. If it stays, give the number below to your course staff.",
    ),
    503: _Words(
        "The service is catching its breath",
        "The database does not answer right now. What was confirmed with a receipt is "
        "safe. Try again in a minute.",
    ),
    507: _Words(
        "There is no room to store this right now",
        "Nothing was stored and no attempt was used. The staff can see this too; try "
        "again in a few minutes.",
    ),
}
_CSRF_WORDS = _Words(
    "This form has expired",
    "You may have signed in or out in another tab since it was opened. Go back, reload "
    "the page and send it again. Nothing was changed.",
)
_ORIGIN_WORDS = _Words(
    "This form came from another site",
    "For your safety only our own pages may send forms here. Nothing was changed.",
)


def install(app: Flask) -> None:
    """Register a handler for each kind of error."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(NotFoundError, lambda _: page(404))
    app.register_error_handler(ForbiddenError, lambda _: page(403))
    app.register_error_handler(RefusedError, _refused)
    app.register_error_handler(StorageError, _storage)
    app.register_error_handler(SandboxUnavailableError, _unexpected)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(Exception, _unexpected)


def page(
    status: int,
    *,
    words: _Words | None = None,
    detail: str = "",
    code: str = "",
    incident: str = "",
) -> Response:
    """Render the page, or the problem for programs, for one status."""
    if problems.concerns_programs():
        sentence = "" if words is None else f"{words.title}. {words.text}"
        return problems.answer(
            status, sentence=sentence, code=code, detail=detail, incident=incident
        )
    words = words or _WORDS.get(status) or _WORDS[500 if status >= 500 else 400]
    if request.headers.get("HX-Request"):
        return make_response(words.title, status)
    facts = {
        "status": status,
        "title": words.title,
        "text": words.text.replace(
            "{limit}", size(backend().settings.max_upload_bytes)
        ),
        "detail": detail,
        "incident": incident,
    }
    if status < 500:
        return make_response(render_template("errors/page.html", **facts), status)
    # Even the look-up of the visitor may be what fails, and Flask does one for every
    # page that it renders itself.
    bare = current_app.jinja_env.get_template("errors/bare.html")
    return make_response(bare.render(**facts), status)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if 300 <= status < 400:
        return make_response(error.get_response())
    if g.get("refused_origin"):
        return page(status, words=_ORIGIN_WORDS)
    response = page(status)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    if status == 405:
        response.headers["Allow"] = ", ".join(
            sorted(getattr(error, "valid_methods", None) or ())
        )
    return response


def _csrf(_error: CSRFError) -> Response:
    return page(400, words=_CSRF_WORDS)


def _refused(error: RefusedError) -> Response:
    if problems.concerns_programs():
        return problems.answer(
            422, sentence=error.message, code=error.code, detail=error.detail
        )
    words = _Words(_WORDS[422].title, error.message)
    return page(422, words=words, detail=error.detail, code=error.code)


def _storage(error: StorageError) -> Response:
    _log.error("storage refused: %s", error)
    from_database = isinstance(error.__cause__, SQLAlchemyError)
    if not from_database:
        note_refused_storage(error)
    return page(503 if from_database else 507)


def _database(error: SQLAlchemyError) -> Response:
    if isinstance(error, InterfaceError | OperationalError | PoolTimeoutError):
        _log.error("database does not answer: %s", type(error).__name__)
        return page(503)
    return _unexpected(error)


def _unexpected(error: Exception | GraderError) -> Response:
    incident = uuid.uuid4().hex[:8]
    _log.error(
        "incident %s on %s %s",
        incident,
        request.method,
        request.url_rule,
        exc_info=error,
    )
    return page(500, incident=incident)
