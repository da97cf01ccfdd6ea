"""Whether the service is up, for those who watch over it."""

import logging
import socket

from flask import (
    Blueprint,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from grader.errors import BlobDamagedError, StorageError
from grader.services import alarms, health
from grader.services.alarms import AlarmKind
from grader.web.access import Access, requires
from grader.web.backend import backend

blueprint = Blueprint("health", __name__)
_log = logging.getLogger(__name__)


@blueprint.get("/healthz")
@requires(Access.PUBLIC)
def alive() -> Response:
    """Answer as long as this process can answer at all."""
    return make_response(jsonify(status="ok"))


@blueprint.get("/readyz")
@requires(Access.PUBLIC)
def ready() -> Response:
    """Answer 200 if the database is there and waiting work has somebody to do it.

    A worker that is set apart is there and does nothing: it does not count.
    """
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
        "workers_fit": state.workers_fit,
    }
    return make_response(jsonify(body), 503 if state.is_stalled else 200)


@blueprint.get("/courses/<course>/service")
@requires(Access.INSTRUCTOR)
def service(course: str) -> str:
    """Show who grades, what waits, and what somebody should look at."""
    with backend().database.read() as session:
        state = health.status(session)
        workers = health.workers(session)
        sounded = alarms.recent(session)
    return render_template(
        "instructor/service.html",
        course=g.course,
        state=state,
        workers=workers,
        apart={alarm.worker for alarm in sounded if alarm.sets_apart},
        open_alarms=[alarm for alarm in sounded if alarm.is_open],
        over=[alarm for alarm in sounded if not alarm.is_open],
        alarm_days=alarms.SHOWN_DAYS,
    )


@blueprint.post("/courses/<course>/service/alarms/<int:alarm>/resolve")
@requires(Access.INSTRUCTOR)
def resolve(course: str, alarm: int) -> Response:
    """Note that somebody has dealt with an alarm."""
    with backend().database.write() as session:
        alarms.resolve(session, alarm, current_user.id)
    flash("Noted: the alarm is resolved.", "success")
    return redirect(url_for(".service", course=course), 303)


def note_refused_storage(error: StorageError) -> None:
    """Sound an alarm about files that could not be stored or read, if that works."""
    damaged = isinstance(error, BlobDamagedError)
    kind = AlarmKind.BLOB_DAMAGED if damaged else AlarmKind.STORAGE_FULL
    try:
        with backend().database.write() as session:
            alarms.sound(
                session,
                kind,
                subject=str(error) if damaged else "uploads",
                host=socket.gethostname(),
                problems=[str(error)],
            )
    except (StorageError, SQLAlchemyError) as refused:
        _log.warning("the alarm was not stored: %s", type(refused).__name__)
