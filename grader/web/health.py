"""Whether the service is up, for those who watch over it."""

from flask import Blueprint, jsonify, make_response
from werkzeug.wrappers import Response

from grader.errors import StorageError
from grader.services import health
from grader.web.access import Access, requires
from grader.web.backend import backend

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@requires(Access.PUBLIC)
def alive() -> Response:
    """Answer as long as this process can answer at all."""
    return make_response(jsonify(status="ok"))


@blueprint.get("/readyz")
@requires(Access.PUBLIC)
def ready() -> Response:
    """Answer 200 if the database is there and waiting work has somebody to do it."""
    try:
        with backend().database.read() as session:
            state = health.status(session)
    except StorageError:
        return make_response(jsonify(status="no database"), 503)
    body = {
        "status": "stalled" if state.is_stalled else "ok",
        "queued": state.queued,
        "running": state.running,
        "workers": state.workers_alive,
    }
    return make_response(jsonify(body), 503 if state.is_stalled else 200)
