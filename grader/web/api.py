"""Reports for programs: JSON with the same keys as ``grader grade --json``."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify
from flask_login import current_user
from werkzeug.wrappers import Response

from grader.services import reports
from grader.web import reading
from grader.web.access import Access, requires
from grader.web.backend import backend
from grader.web.filters import iso

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.get("/submissions/<submission>")
@requires(Access.SIGNED_IN)
def submission(submission: str) -> Response:
    """Return a submission's report, as far as it has come, as JSON."""
    with backend().database.read() as session:
        view = reports.for_viewer(
            session, submission_id=submission, viewer_id=current_user.id
        )
    results = [result for check in view.checks for result in check.results]
    body: dict[str, Any] = {
        "submission": view.submission_id,
        "number": view.number,
        "course": view.course_slug,
        "assignment": view.assignment_slug,
        "received_at": iso(view.received_at),
        "sha256": view.sha256,
        "status": view.status,
        "queue_place": view.queue_place,
        "wait_seconds": view.wait_seconds,
        "progress": {
            "done": reading.checks_done(view),
            "total": view.total,
            "current": view.current_title,
        },
        "score": view.score,
        "max_score": view.max_score,
        "notices": view.notices,
        "log": view.log,
        "hint_notice": view.hint_notice,
        "results": [result.to_json() for result in results],
    }
    if view.my_role.is_staff:
        body |= {
            "seed": view.seed,
            "jail_tier": view.jail_tier,
            "versions": dict(view.versions),
            "spec_digest": view.spec_digest,
            "machine": dict(view.machine),
            "blocked_calls": [asdict(call) for call in view.blocked_calls],
        }
    return jsonify(body)
