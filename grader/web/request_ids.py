"""A number for each request, in its answer and in every line that it logs.

And the moment at which it began, which is before its body was read: that is the moment
at which somebody handed in.
"""

import secrets
from datetime import UTC, datetime

from flask import Flask, Response, g, request

from grader import logs

HEADER = "X-Request-ID"


def install(app: Flask) -> None:
    """Give each request its number; one from outside is not believed."""

    @app.before_request
    def begin() -> None:
        g.began_at = datetime.now(UTC)
        g.request_id = secrets.token_hex(8)
        logs.bind(request_id=g.request_id)

    @app.after_request
    def name(response: Response) -> Response:
        if request.endpoint != "static":
            response.headers[HEADER] = g.get("request_id", "")
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        logs.unbind("request_id")
