"""Errors for programs, as RFC 9457 has them: one sentence and a stable word."""

import json
from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, request

ROOT = "/api/"
_TYPE = "application/problem+json"
_KIND = "urn:backprop-grader:problem:"
_SENTENCES = {
    400: "The request could not be read. Nothing was changed.",
    401: "Send a valid personal token as Authorization: Bearer. You make one on your "
    "account page; one that ended or was revoked opens nothing.",
    403: "Your role in this course, or what this token may do, does not include this.",
    404: "There is nothing at this address, or it is not for you.",
    405: "This address does not know this method. The header Allow says which it does.",
    413: "This request is too large. Nothing was stored and no attempt was used.",
    429: "Too many tries. Wait as long as the header Retry-After says.",
    500: "Something broke on our side. It is our mistake and costs you no attempt.",
    503: "The service does not answer right now. Try again in a minute.",
    507: "There is no room to store this right now. Nothing was stored.",
}


def concerns_programs() -> bool:
    """Tell whether this request is one of a program."""
    return request.path.startswith(ROOT)


def answer(
    status: int,
    *,
    sentence: str = "",
    code: str = "",
    detail: str = "",
    incident: str = "",
    problems: Sequence[tuple[str, str]] = (),
) -> Response:
    """Return the one form that errors have.

    Parameters
    ----------
    code
        Stable word for programs; made from the status if empty.
    detail
        Preformatted text, such as the line of a syntax error.
    incident
        Number under which the log has more.
    problems
        Field and sentence, if fields of the body are wrong.
    """
    phrase = HTTPStatus(status).phrase
    word = code or phrase.lower().replace(" ", "-")
    body: dict[str, object] = {
        "type": _KIND + word,
        "title": phrase,
        "status": status,
        "detail": sentence or _SENTENCES.get(status) or _SENTENCES[_family(status)],
        "code": word,
    }
    extra = {
        "lines": detail,
        "incident": incident,
        "fields": [{"field": field, "detail": text} for field, text in problems],
    }
    body.update({name: value for name, value in extra.items() if value})
    return Response(json.dumps(body), status, content_type=_TYPE)


def _family(status: int) -> int:
    return 500 if status >= 500 else 400
